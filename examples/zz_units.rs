fn main() {
    let a: Vec<String> = std::env::args().collect();
    let mut s = vec![];
    use std::io::Read;
    flate2::read::GzDecoder::new(std::fs::File::open(&a[1]).unwrap()).read_to_end(&mut s).unwrap();
    let h = tamis::decode::decode(&s, None, None).text;
    let dom = tamis::parse::parse(&h, &Default::default()).unwrap();
    let u = tamis::clean::units::Units::of(&dom, dom.body().unwrap());
    for n in dom.descendants(dom.body().unwrap()) {
        if dom.text(n).contains(&a[2]) {
            for x in u.around(dom.parent(n).unwrap()) {
                println!("{x:?}");
            }
        }
    }
}
