//! debug
use std::io::Read;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let f = std::fs::read_dir(format!("/work/shared/corpus/{}/html", a[1])).unwrap().map(|e| e.unwrap().path()).find(|p| p.file_name().unwrap().to_string_lossy().starts_with(&a[2])).unwrap();
    let mut b = Vec::new(); flate2::read::MultiGzDecoder::new(std::fs::File::open(f).unwrap()).read_to_end(&mut b).unwrap();
    let dom = tamis::parse::parse(&String::from_utf8_lossy(&b), &tamis::parse::Limits::default()).unwrap();
    println!("{}", tamis::article::metadata::debug(&dom, &a[3]));
}
