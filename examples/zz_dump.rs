use rayon::prelude::*;
use std::io::Read;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let set = &a[1];
    let mut c = tamis::Cleaner::default();
    if let (Ok(m), true) = (std::env::var("MODELS"), a.len() > 2) {
        let f: std::collections::HashMap<String, String> =
            serde_json::from_str(&std::fs::read_to_string(&m).unwrap()).unwrap();
        if let Some(f) = f.get(&a[2]) {
            let f = f.replace("/work/main/model/../target/features", m.trim_end_matches("/models.json"));
            c = c.with_model(&std::fs::read(f).unwrap()).unwrap();
        }
    }
    if let Ok(m) = std::env::var("AUDIT") {
        let f: std::collections::HashMap<String, String> =
            serde_json::from_str(&std::fs::read_to_string(&m).unwrap()).unwrap();
        let mut cs = std::collections::HashMap::new();
        for v in f.values() {
            if !cs.contains_key(v) {
                cs.insert(
                    v.clone(),
                    tamis::Cleaner::default().with_model(&std::fs::read(v).unwrap()).unwrap(),
                );
            }
        }
        let gold = std::fs::read_to_string(format!("{set}/gold.jsonl")).unwrap();
        let out: Vec<String> = gold.lines().collect::<Vec<_>>().par_iter().map(|l| {
            let v: serde_json::Value = serde_json::from_str(l).unwrap();
            let id = v["id"].as_str().unwrap();
            let Some(c) = f.get(id).map(|f| &cs[f]) else { return String::new() };
            let mut s = vec![];
            flate2::read::GzDecoder::new(std::fs::File::open(format!("{set}/html/{id}.html.gz")).unwrap()).read_to_end(&mut s).unwrap();
            let e = c.explain(&dec(&s), None);
            e.blocks.iter().filter(|b| !b.text.is_empty()).map(|b| serde_json::json!({"id": id, "rule": b.rule, "kept": b.kept, "score": b.score, "text": b.text}).to_string() + "\n").collect::<String>()
        }).collect();
        print!("{}", out.concat());
        return;
    }
    if let Ok(rule) = std::env::var("RULE") {
        let gold = std::fs::read_to_string(format!("{set}/gold.jsonl")).unwrap();
        let out: Vec<String> = gold.lines().collect::<Vec<_>>().par_iter().map(|l| {
            let v: serde_json::Value = serde_json::from_str(l).unwrap();
            let id = v["id"].as_str().unwrap();
            let mut s = vec![];
            flate2::read::GzDecoder::new(std::fs::File::open(format!("{set}/html/{id}.html.gz")).unwrap()).read_to_end(&mut s).unwrap();
            let e = c.explain(&dec(&s), None);
            e.blocks.iter().filter(|b| b.rule.starts_with(&rule) && !b.text.is_empty()).map(|b| serde_json::json!({"id": id, "rule": b.rule, "kept": b.kept, "score": b.score, "text": b.text}).to_string() + "\n").collect::<String>()
        }).collect();
        print!("{}", out.concat());
        return;
    }
    if a.len() > 2 {
        for id in &a[2..] {
            let mut s = vec![];
            flate2::read::GzDecoder::new(std::fs::File::open(format!("{set}/html/{id}.html.gz")).unwrap())
                .read_to_end(&mut s)
                .unwrap();
            let h = dec(&s);
            let e = c.explain(&h, None);
            for b in e.blocks {
                println!(
                    "{} {:<28} {:.90} | {}",
                    if b.kept { "+" } else { "-" },
                    format!("{}{}", b.rule, b.score.map(|s| format!(" {s:.2}")).unwrap_or_default()),
                    b.path.rsplit(" > ").take(3).collect::<Vec<_>>().join("<"),
                    b.text.chars().take(150).collect::<String>().replace('\n', "\\n")
                );
            }
        }
        return;
    }
    let gold = std::fs::read_to_string(format!("{set}/gold.jsonl")).unwrap();
    let t = std::time::Instant::now();
    let out: Vec<String> = gold
        .lines()
        .collect::<Vec<_>>()
        .par_iter()
        .map(|l| {
            let v: serde_json::Value = serde_json::from_str(l).unwrap();
            let id = v["id"].as_str().unwrap();
            let mut s = vec![];
            flate2::read::GzDecoder::new(std::fs::File::open(format!("{set}/html/{id}.html.gz")).unwrap())
                .read_to_end(&mut s)
                .unwrap();
            let h = dec(&s);
            let u = v["url"].as_str().and_then(|u| u.parse().ok());
            let r = tamis::record::Record::of(id, c.clean(&h, u.as_ref()));
            let mut j = serde_json::to_value(&r).unwrap();
            j["id"] = id.into();
            j.to_string()
        })
        .collect();
    println!("{}", out.join("\n"));
    eprintln!("{set} {:?}", t.elapsed());
}
fn dec(b: &[u8]) -> String {
    if let Ok(s) = std::str::from_utf8(b) {
        return s.to_owned();
    }
    let head = String::from_utf8_lossy(&b[..b.len().min(4096)]).to_lowercase();
    let m = regex::Regex::new("charset=[\"']?([\\w-]+)").unwrap();
    let e = m
        .captures(&head)
        .and_then(|c| encoding_rs::Encoding::for_label(c[1].as_bytes()))
        .unwrap_or(encoding_rs::WINDOWS_1252);
    e.decode(b).0.into_owned()
}
