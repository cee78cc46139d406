//! Inputs that once broke something: all readers take all of them.

use std::fs;
use std::path::Path;

use super::families::Reader;
use super::readers::read;

const READERS: [Reader; 8] = [
    Reader::Page,
    Reader::Text,
    Reader::Explain,
    Reader::Feed,
    Reader::Sitemap,
    Reader::Discovery,
    Reader::List,
    Reader::Robots,
];

#[test]
fn what_once_broke_something_does_no_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/hostile");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the samples") {
        let path = entry.expect("a sample").path();
        let input = fs::read(&path).expect("readable");
        for reader in READERS {
            println!("{}, {reader:?}", path.display());
            read(reader, &String::from_utf8_lossy(&input));
        }
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn a_link_is_where_it_was_around_a_hidden_box() {
    let page = include_str!("../../samples/hostile/link-around-inline-box.html");
    let article = tamis::Cleaner::default().clean(page, None).expect("an article");
    let linked = article
        .blocks
        .iter()
        .flat_map(|block| block.spans.iter().map(|span| block.text[span.range.clone()].to_owned()));
    assert_eq!(linked.collect::<Vec<_>>(), ["du maire, affiché hier soir sur le pont"]);
}
