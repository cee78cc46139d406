//! Words of a text, and which of them are stop words: frequent short words without a meaning of their own.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Frequent words of the larger European languages, and of Arabic.
const STOP_WORDS: &str = "le la les l de des du un une et en que qui dans pour sur au aux par est ce se ne pas plus son sa ses \
avec il elle on nous vous ils a été qu d s c n the of and to in is that for it as was with be by he at are this have from his \
but not they an or which you had were their has will would der die das und ist von zu mit den im nicht ein eine auf für dem \
sich des er sie es auch als an wird bei aus nach wie dass el los las y una con del su no al lo como más pero sus le ha o di \
che il per non e della i da sono si con alla nel dei gli os as do em um uma na no mais ao foi se na het een van op te zijn \
dat niet voor met aan och att det som på är av för den till og i på er en av til å ikke и в на что с по о не он как это из \
за от к у но же бы его для w z się na i nie do jest to że о за та що до від на у з й і من في على أن إلى عن مع هذا التي الذي \
ve bir bu da de için ile και το της να με για από στο του η ο των";

static STOP_WORD_SET: LazyLock<HashSet<&str>> = LazyLock::new(|| STOP_WORDS.split_whitespace().collect());

/// Longest stop word in bytes; longer words need no look-up.
const MAX_STOP_WORD_BYTES: usize = 12;

/// The words of a text: runs of letters and digits.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether a word is a stop word, whatever its case.
pub fn is_stop_word(word: &str) -> bool {
    word.len() <= MAX_STOP_WORD_BYTES
        && (STOP_WORD_SET.contains(word) || STOP_WORD_SET.contains(word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_and_stop_words() {
        let found: Vec<&str> = words("L’été, à Nice…").collect();
        assert_eq!(found, ["L", "été", "à", "Nice"]);
        assert!(is_stop_word("Le") && is_stop_word("und") && !is_stop_word("Nice"));
    }
}
