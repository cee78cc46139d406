//! Prints the metadata of corpus pages as score.py wants them.
use std::io::Read;
fn main() {
    let out = std::env::args().nth(2).unwrap();
    let set = std::env::args().nth(1).unwrap();
    let gold = std::fs::read_to_string(format!("{set}/gold.jsonl")).unwrap();
    let mut lines = String::new();
    for line in gold.lines() {
        let g: serde_json::Value = serde_json::from_str(&line.replace(": NaN", ": null")).unwrap();
        let id = g["id"].as_str().unwrap();
        let mut bytes = Vec::new();
        let Ok(file) = std::fs::File::open(format!("{set}/html/{id}.html.gz")) else { continue };
        flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).unwrap();
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_lowercase();
        let mut label = "utf-8".to_owned();
        if let Some(at) = head.find("charset=") {
            label = head[at + 8..]
                .trim_start_matches(['"', '\''])
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
                .collect();
        }
        let mut encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        if std::str::from_utf8(&bytes).is_ok() {
            encoding = encoding_rs::UTF_8;
        }
        let (html, ..) = encoding.decode(&bytes);
        let Ok(dom) = tamis::parse::parse(&html, &tamis::parse::Limits::default()) else { continue };
        let url = g["url"].as_str().and_then(|u| url::Url::parse(u).ok());
        let started = std::time::Instant::now();
        let m = tamis::article::metadata::extract(&dom, url.as_ref());
        let ms = started.elapsed().as_secs_f64() * 1e3;
        let mut v = serde_json::to_value(&m).unwrap();
        v["id"] = id.into();
        v["text"] = "".into();
        v["author"] = m.authors.join(", ").into();
        v["ms"] = ms.into();
        v["body"] = m.body_hint.map(|b| b.chars().take(60).collect::<String>()).into();
        lines.push_str(&v.to_string());
        lines.push('\n');
    }
    std::fs::write(out, lines).unwrap();
}
