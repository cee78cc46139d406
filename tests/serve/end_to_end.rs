//! The workbench in a real browser, as a person uses it.

use serde_json::json;

use crate::browser::Browser;
use crate::server::Server;
use crate::site;

/// Widths at which the page must be usable.
const WIDE: (u32, u32) = (1280, 900);
const NARROW: (u32, u32) = (390, 844);

/// The workbench in a browser, in English and light; none without a browser.
fn begin() -> Option<(Server, Browser)> {
    let mut browser = Browser::start()?;
    let server = Server::start();
    browser.resize(WIDE.0, WIDE.1);
    browser.go(&format!("http://{}/", server.address));
    browser.value("localStorage.setItem('theme', 'light'); localStorage.setItem('language', 'en')");
    browser.go(&format!("http://{}/?", server.address));
    browser.wait("document.querySelector('#open button').textContent === 'Show'");
    Some((server, browser))
}

/// Opens a saved page from the list.
fn open_saved(browser: &mut Browser, title: &str) {
    browser.click("#more", "");
    browser.click("#saved button", title);
    browser.wait("document.querySelectorAll('#blocks > li').length > 3");
}

/// Opens pasted HTML.
fn open_html(browser: &mut Browser, html: &str) {
    browser.click("#more", "");
    browser.value(&format!("document.getElementById('html').value = {}", json!(html)));
    browser.click("#paste button", "Show");
    browser.wait("document.querySelectorAll('#blocks > li').length > 3");
}

/// Nothing is wider than the window.
fn fits(browser: &mut Browser) -> bool {
    browser.value("document.documentElement.scrollWidth <= innerWidth") == json!(true)
}

#[test]
fn a_person_finds_out_why_teaches_a_rule_sees_the_preview_applies_and_undoes() {
    let Some((server, mut browser)) = begin() else { return };
    open_saved(&mut browser, "La Loire en crue");

    browser.click("#blocks .removed .block", "Lire aussi");
    browser.wait("document.querySelector('.detail code').textContent.startsWith('fr.related.')");
    browser.wait("document.querySelector('.detail').textContent.includes('removed: related')");
    browser.wait("document.querySelectorAll('.shares .bar').length > 3");

    browser.click("#blocks .kept .block", "Le cahier du dimanche");
    browser.click(".actions button", "Always remove this");
    browser.wait("document.querySelector('#teach[open] .choice code')?.textContent.includes('cahier')");
    browser.picture("proposal");
    browser.click("#teach button", "Preview");
    browser
        .wait("document.querySelector('#teach .lines .gone')?.textContent.includes('Le cahier du dimanche')");
    browser.wait("document.querySelector('#teach').textContent.includes('Saved pages tried: 3; changed: 3')");
    assert!(server.written().is_empty(), "nothing is written before the preview is approved");
    browser.picture("preview");

    browser.click("#teach button", "Apply");
    browser.wait("document.querySelector('#notice.good').textContent.includes('cahier')");
    browser.wait("!document.getElementById('text').textContent.includes('Le cahier du dimanche')");
    assert_eq!(server.written(), ["sites/phare.example.toml"]);

    browser.click("#undo", "Undo");
    browser.wait("document.getElementById('text').textContent.includes('Le cahier du dimanche')");
    assert!(server.written().is_empty());
}

#[test]
fn the_keyboard_alone_is_enough() {
    let Some((server, mut browser)) = begin() else { return };
    open_html(&mut browser, &site::page(0));
    browser.value("document.activeElement.blur()");
    for _ in 0..2 {
        browser.press("n");
    }
    browser.wait("document.activeElement.closest('#blocks > li.removed')");
    browser.value(
        "[...document.querySelectorAll('.block')].find(one => one.textContent.includes('Le cahier')).focus()",
    );
    browser.press("Enter");
    browser.wait("document.querySelector('li.open')?.textContent.includes('Le cahier')");
    browser.press("r");
    browser.wait("document.querySelector('#teach[open]')");
    browser.press("Escape");
    browser.wait("!document.querySelector('#teach[open]')");
    browser.press("1");
    browser.wait("document.querySelector('#focus input:checked').value === 'precision'");
    browser.press("?");
    browser.wait("document.querySelector('#keys[open] kbd')");
    assert!(server.written().is_empty());
}

#[test]
fn a_hostile_page_is_inert_text() {
    let Some((_server, mut browser)) = begin() else { return };
    open_html(&mut browser, &site::hostile());
    browser.click("#blocks .block", "La Loire est montée");
    browser.wait("document.querySelector('.detail')");
    browser.click(".actions button", "Always remove this");
    browser.wait("document.querySelector('#teach[open]')");
    assert_eq!(browser.value("window.hacked === undefined"), json!(true));
    let built = "document.querySelectorAll('#blocks img, #blocks script, #blocks svg, #text img, #text a, #text script, \
        #metadata img, #teach img, #teach script, [onerror], [onload], [href^=javascript]').length";
    assert_eq!(browser.value(built), json!(0));
    let shown = browser
        .value("document.getElementById('text').textContent.includes('<script>window.hacked=2</script>')");
    assert_eq!(shown, json!(true), "the markup is there, as text");
}

#[test]
fn the_page_is_usable_at_both_widths_in_both_themes_and_languages() {
    let Some((_server, mut browser)) = begin() else { return };
    browser.picture("welcome");
    open_saved(&mut browser, "La Loire en crue");
    for (width, height) in [WIDE, NARROW] {
        browser.resize(width, height);
        for theme in ["light", "dark"] {
            browser.wait(&format!(
                "document.documentElement.dataset.theme === '{theme}' || document.getElementById('theme').click()"
            ));
            browser.value("document.querySelector('.detail') && document.activeElement.blur()");
            browser.picture(&format!("page-{width}-{theme}"));
            assert!(fits(&mut browser), "{width} {theme}");
            if width == NARROW.0 {
                browser.click("#tabs button", "Article");
                browser.picture(&format!("article-{width}-{theme}"));
                browser.click("#tabs button", "Metadata");
                browser.picture(&format!("data-{width}-{theme}"));
                assert!(fits(&mut browser), "{width} {theme}");
                browser.click("#tabs button", "Page");
            }
            browser.click("#blocks .removed .block", "Lire aussi");
            browser.wait("document.querySelectorAll('.shares .bar').length > 3");
            browser.picture(&format!("block-{width}-{theme}"));
            browser.click(".actions button", "Always remove this");
            browser.wait("document.querySelector('#teach[open] form')");
            browser.picture(&format!("teach-{width}-{theme}"));
            assert!(fits(&mut browser), "{width} {theme}");
            browser.press("Escape");
            browser.click("#blocks .removed .block", "Lire aussi");
        }
        browser.wait(
            "document.documentElement.dataset.theme === 'light' || document.getElementById('theme').click()",
        );
    }
    browser.click("#language", "");
    browser.wait("document.documentElement.lang === 'fr' && document.querySelector('#open button').textContent === 'Afficher'");
    browser.picture("page-390-french");
    browser.resize(WIDE.0, WIDE.1);
    browser.picture("page-1280-french");
    assert!(fits(&mut browser));
}

#[test]
fn the_focus_switch_works_at_once() {
    let Some((_server, mut browser)) = begin() else { return };
    open_saved(&mut browser, "La Loire en crue");
    let asked = "performance.getEntriesByType('resource').some(one => one.name.includes('focus=recall'))";
    browser.click("#focus label", "recall");
    browser.wait(asked);
    browser.wait("document.getElementById('summary').textContent.includes('blocks kept')");
}

#[test]
fn a_link_of_a_report_opens_a_saved_page_and_only_fills_in_an_address() {
    let Some((server, mut browser)) = begin() else { return };
    browser.go(&format!("http://{}/?a#open=saved%2Fcrue-1.html", server.address));
    browser.wait("document.getElementById('text').textContent.includes('Le Cher est montée')");
    browser.go(&format!("http://{}/?b#open=https%3A%2F%2Fa.example%2Fb", server.address));
    browser.wait("document.getElementById('address').value === 'https://a.example/b'");
    assert_eq!(browser.value("document.getElementById('page').hidden"), json!(true));
}

#[test]
fn a_page_of_a_megabyte_is_shown() {
    let Some((_server, mut browser)) = begin() else { return };
    browser.click("#more", "");
    browser.value(&format!("document.getElementById('html').value = {}", json!(site::large())));
    let measured = browser.value(
        "new Promise(done => { const begun = performance.now(); \
         const shown = () => document.querySelectorAll('#blocks > li').length > 100 \
           ? requestAnimationFrame(() => setTimeout(() => done(Math.round(performance.now() - begun)))) \
           : setTimeout(shown, 5); \
         document.querySelector('#paste button').click(); shown(); })",
    );
    println!("a page of a megabyte: {measured} ms from the click to the paint");
    browser.wait("document.querySelectorAll('#blocks > li').length > 1000");
}
