//! Pages of an invented site, each with a "Lire aussi" line that is removed and a notice that is taken for prose.

use std::fs;
use std::path::Path;

/// The notice that all pages of the site carry and that people teach away.
pub const NOTICE: &str = "Le cahier du dimanche raconte chaque semaine la vallée, ses ponts, ses marchés et les gens qui y vivent.";
/// A line that the built-in rules remove.
pub const READ_ALSO: &str = "Lire aussi : Les digues de la ville basse ont tenu";

const SUBJECTS: [&str; 3] = ["La Loire", "Le Cher", "La Vienne"];

/// One page of the site.
pub fn page(number: usize) -> String {
    let river = SUBJECTS[number % SUBJECTS.len()];
    format!(
        "<!DOCTYPE html><html lang=\"fr\"><head><meta charset=\"utf-8\"><title>{river} en crue | Le Phare</title>\
         <meta property=\"og:site_name\" content=\"Le Phare\"><meta property=\"article:published_time\" content=\"2024-05-0{day}T08:00:00+02:00\">\
         <link rel=\"canonical\" href=\"https://www.phare.example/crues/{number}\"></head><body>\
         <header><nav class=\"menu\"><ul><li><a href=\"/\">Accueil</a></li><li><a href=\"/p\">Politique</a></li>\
         <li><a href=\"/e\">Économie</a></li><li><a href=\"/s\">Sports</a></li><li><a href=\"/c\">Culture</a></li>\
         <li><a href=\"/v\">Vidéos</a></li></ul></nav></header>\
         <main><article class=\"recit\"><h1>{river} en crue</h1><p class=\"qui\">Par <a href=\"/a/lys\">Ana Lys</a></p>\
         <p>{river} est montée de deux mètres dans la nuit de mardi à mercredi, a annoncé la préfecture du département.</p>\
         <p>Les habitants des quais ont été évacués vers deux gymnases de la ville haute, où ils ont passé la nuit.</p>\
         <p class=\"lire\">{READ_ALSO}</p>\
         <p>Le maire a demandé aux commerçants de ne pas rouvrir avant jeudi, le temps que les caves soient vidées.</p>\
         <div class=\"cahier\"><p>{NOTICE}</p></div>\
         <p>La décrue est attendue pour la fin de la semaine, si les pluies annoncées restent au sud du fleuve.</p>\
         </article></main><footer class=\"pied\"><p>© Le Phare 2024. Tous droits réservés.</p></footer></body></html>",
        day = number + 1,
    )
}

/// A page that tries to run script and markup wherever text is shown.
pub fn hostile() -> String {
    let attack =
        "&lt;img src=x onerror=&quot;window.hacked=1&quot;&gt;&lt;script&gt;window.hacked=2&lt;/script&gt;";
    format!(
        "<html lang=\"fr\"><title>{attack} Titre</title><link rel=canonical href=\"https://hostile.example/a\">\
         <meta name=author content=\"{attack}\"><body><script>window.hacked=3</script><article class=\"'&quot;><b>x\">\
         <h1>{attack} Titre</h1><p>La Loire est montée {attack} de deux mètres dans la nuit de mardi à mercredi, a annoncé le préfet.</p>\
         <p>Les habitants des quais ont été évacués vers deux gymnases de la ville haute, où ils ont passé la nuit.</p>\
         <p><a href=\"javascript:window.hacked=4\">Lire aussi : {attack} <svg onload=window.hacked=5></svg></a></p></article>"
    )
}

/// A page of about a megabyte: long prose, and boxes between it.
pub fn large() -> String {
    const BYTES: usize = 1 << 20;
    let mut body = String::with_capacity(BYTES + 2048);
    let mut number = 0;
    while body.len() < BYTES {
        number += 1;
        body.push_str(&format!(
            "<p>Le {number}e bulletin dit que la rivière est montée de deux mètres dans la nuit, et que les habitants des quais \
             ont été évacués vers les gymnases de la ville haute, où ils ont passé la nuit sans électricité.</p>\n\
             <div class=\"promo\"><a href=\"/{number}\">Lire aussi : le bulletin numéro {number}</a></div>\n"
        ));
    }
    format!(
        "<html lang=\"fr\"><title>Bulletins</title><body><article><h1>Bulletins</h1>{body}</article></body></html>"
    )
}

/// Writes three pages of the site into a folder.
pub fn save(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for number in 0..3 {
        fs::write(folder.join(format!("crue-{number}.html")), page(number)).unwrap();
    }
}
