//! Reads the XPath that people write to point at elements of a page.
//!
//! What CSS has no exact word for is an error that says so: text functions, parents, positions in the whole document.

use super::path::{Comparison, Condition, End, Path, Step, Way};

/// Nested conditions, so deep at most.
const MAX_DEPTH: usize = 20;

type Read<T> = Result<T, String>;

/// Reads paths parted by `|`.
pub fn read(text: &str) -> Read<Vec<Path>> {
    let mut reader = Reader { rest: text.trim(), depth: 0 };
    let mut paths = vec![reader.path(true)?];
    while reader.takes("|") {
        paths.push(reader.path(true)?);
    }
    reader.skip_space();
    match reader.rest.is_empty() {
        true => Ok(paths),
        false => Err(format!("`{}` is not understood", reader.rest)),
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn takes(&mut self, token: &str) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Read<()> {
        if self.takes(token) { Ok(()) } else { Err(format!("`{token}` is expected before `{}`", self.rest)) }
    }

    /// A word operator: `and` of `and @id`, not of `android`.
    fn takes_word(&mut self, word: &str) -> bool {
        self.skip_space();
        let is_word = self.rest.strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_name_character));
        is_word && self.takes(word)
    }

    fn name(&mut self) -> Option<&'a str> {
        self.skip_space();
        let end = self.rest.find(|c| !is_name_character(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        (!name.is_empty()).then(|| {
            self.rest = rest;
            name
        })
    }

    fn literal(&mut self) -> Read<String> {
        self.skip_space();
        let quote = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let quote = quote.ok_or_else(|| format!("a quoted text is expected before `{}`", self.rest))?;
        let (text, rest) = self.rest[1..].split_once(quote).ok_or("a quote is not closed")?;
        self.rest = rest;
        Ok(text.to_owned())
    }

    /// A path from the document, or within a condition from the element.
    fn path(&mut self, from_document: bool) -> Read<Path> {
        self.skip_space();
        if self.rest.starts_with('(') {
            return Err("CSS cannot count in the whole document".to_owned());
        }
        self.takes(".");
        let mut way = match (self.takes("//"), from_document) {
            (true, _) => Way::Below,
            (false, true) if self.takes("/") => Way::Child,
            (false, true) => return Err(self.no_path()),
            (false, false) => {
                self.takes("/");
                Way::Child
            }
        };
        let at_root = from_document && way == Way::Child;
        let mut path = Path { steps: Vec::new(), attribute: None };
        loop {
            if self.takes("@") || self.takes("attribute::") {
                path.attribute =
                    Some(self.name().ok_or("the name of an attribute is missing")?.to_lowercase());
                break;
            }
            path.steps.push(self.step(way)?);
            way = match () {
                () if self.takes("//") => Way::Below,
                () if self.takes("/") => Way::Child,
                () => break,
            };
        }
        check(&path, at_root)?;
        Ok(path)
    }

    fn no_path(&self) -> String {
        match self.rest.split_once('(') {
            Some((function, _)) if function.chars().all(is_name_character) => {
                format!("`{function}()` computes a text; CSS can only point at elements")
            }
            _ => format!("`{}` is no path from the document, as //div is", self.rest),
        }
    }

    fn step(&mut self, way: Way) -> Read<Step> {
        let way = match () {
            () if self.takes("following-sibling::") && way == Way::Child => Way::After,
            () if self.takes("descendant::") && way == Way::Child => Way::Below,
            () if self.takes("child::") => way,
            () => way,
        };
        const UP: &str = "CSS cannot go up to a parent or back to a sibling";
        if self.takes("..") {
            return Err(UP.to_owned());
        }
        let tag = match self.takes("*") {
            true => None,
            false => Some(self.name().ok_or_else(|| format!("a tag is expected before `{}`", self.rest))?),
        };
        if self.rest.starts_with("::") {
            return Err(UP.to_owned());
        }
        if self.rest.starts_with("()") {
            let function = tag.unwrap_or_default();
            return Err(format!("`{function}()` is no element; CSS can only point at elements"));
        }
        let mut step = Step { way, tag: tag.map(str::to_lowercase), conditions: Vec::new() };
        while self.takes("[") {
            let condition = self.condition()?;
            self.expect("]")?;
            step.add(condition)?;
        }
        Ok(step)
    }

    fn condition(&mut self) -> Read<Condition> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the conditions are nested too deep".to_owned());
        }
        let mut any = vec![self.all()?];
        while self.takes_word("or") {
            any.push(self.all()?);
        }
        self.depth -= 1;
        Ok(if any.len() == 1 { any.swap_remove(0) } else { Condition::Any(any) })
    }

    fn all(&mut self) -> Read<Condition> {
        let mut all = vec![self.one()?];
        while self.takes_word("and") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.swap_remove(0) } else { Condition::All(all) })
    }

    fn one(&mut self) -> Read<Condition> {
        self.skip_space();
        if self.takes("not(") || self.takes("not (") {
            let inner = self.condition()?;
            self.expect(")")?;
            return Ok(Condition::Not(Box::new(inner)));
        }
        if self.takes("(") {
            let inner = self.condition()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return self.number().map(|number| Condition::Nth(number, End::First));
        }
        if self.takes("last()") {
            return Ok(Condition::Nth(1, End::Last));
        }
        if self.takes("position()") {
            self.expect("=")?;
            let is_last = self.takes("last()");
            return if is_last {
                Ok(Condition::Nth(1, End::Last))
            } else {
                Ok(Condition::Nth(self.number()?, End::First))
            };
        }
        if self.takes("contains(") {
            return self.contains();
        }
        if self.takes("starts-with(") {
            let name = self.attribute()?;
            return self.compared(name, Comparison::Begins);
        }
        if self.rest.starts_with('@') {
            return self.attribute_alone();
        }
        let starts_path = self.rest.starts_with('.')
            || !self.rest.split(['/', '[', ']', ' ', '=']).next().unwrap_or("").contains('(');
        match starts_path {
            true => self.path(false).map(Condition::Inside),
            false => Err(format!(
                "`{}` cannot be said in CSS",
                self.rest.split(')').next().unwrap_or("").to_owned() + ")"
            )),
        }
    }

    fn number(&mut self) -> Read<u32> {
        self.skip_space();
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| "a position from 1 on is expected".to_owned())
    }

    fn attribute(&mut self) -> Read<String> {
        if !self.takes("@") {
            return Err("CSS cannot look at the text of an element".to_owned());
        }
        self.name().map(str::to_lowercase).ok_or_else(|| "the name of an attribute is missing".to_owned())
    }

    fn attribute_alone(&mut self) -> Read<Condition> {
        let name = self.attribute()?;
        if self.takes("!=") {
            let is = Condition::Attribute(name.clone(), Comparison::Is, self.literal()?);
            return Ok(Condition::All(vec![Condition::Has(name), Condition::Not(Box::new(is))]));
        }
        match self.takes("=") {
            true => Ok(Condition::Attribute(name, Comparison::Is, self.literal()?)),
            false => Ok(Condition::Has(name)),
        }
    }

    /// What follows `contains(`: an attribute, or one with spaces around it, by which a whole word is found.
    fn contains(&mut self) -> Read<Condition> {
        if !self.takes("concat(") {
            let name = self.attribute()?;
            return self.compared(name, Comparison::Contains);
        }
        let is_space = |text: &str| text == " ";
        let opens = is_space(&self.literal()?);
        self.expect(",")?;
        let is_normal = self.takes("normalize-space(");
        let name = self.attribute()?;
        if is_normal {
            self.expect(")")?;
        }
        self.expect(",")?;
        let closes = is_space(&self.literal()?);
        self.expect(")")?;
        let word = if is_normal { Comparison::Word } else { Comparison::SpacedWord };
        match self.compared(name, word)? {
            Condition::Attribute(name, word, value) if opens && closes => {
                let inner = value.strip_prefix(' ').and_then(|value| value.strip_suffix(' '));
                let inner = inner.filter(|inner| !inner.is_empty() && !inner.contains(char::is_whitespace));
                let inner = inner.ok_or_else(|| format!("`{value}` is no single word between spaces"))?;
                Ok(Condition::Attribute(name, word, inner.to_owned()))
            }
            _ => Err("`concat()` is understood with a space before and after an attribute only".to_owned()),
        }
    }

    /// The rest of a function of an attribute and a text: `, 'x')`.
    fn compared(&mut self, name: String, comparison: Comparison) -> Read<Condition> {
        self.expect(",")?;
        let value = self.literal()?;
        self.expect(")")?;
        match value.is_empty() {
            true => Err("an empty text is in everything, which CSS sees otherwise".to_owned()),
            false => Ok(Condition::Attribute(name, comparison, value)),
        }
    }
}

impl Step {
    /// Positions count what the conditions before them leave, CSS counts all children: only a first one is the same.
    fn add(&mut self, condition: Condition) -> Read<()> {
        if holds_position(&condition)
            && (!self.conditions.is_empty() || !matches!(condition, Condition::Nth(..)))
        {
            return Err("CSS cannot count only the elements that meet a condition".to_owned());
        }
        if matches!(condition, Condition::Nth(..)) && self.way == Way::After {
            return Err("CSS cannot count siblings from an element on".to_owned());
        }
        self.conditions.push(condition);
        Ok(())
    }
}

fn holds_position(condition: &Condition) -> bool {
    match condition {
        Condition::Nth(..) => true,
        Condition::Not(inner) => holds_position(inner),
        Condition::All(inner) | Condition::Any(inner) => inner.iter().any(holds_position),
        _ => false,
    }
}

fn check(path: &Path, at_root: bool) -> Read<()> {
    let Some(first) = path.steps.first() else { return Err("no element is named".to_owned()) };
    if at_root && first.tag.as_deref() != Some("html") {
        return Err("a path from the root begins with /html".to_owned());
    }
    let is_row = |pair: &[Step]| {
        pair[0].tag.as_deref() == Some("table")
            && pair[1].tag.as_deref() == Some("tr")
            && pair[1].way == Way::Child
    };
    match path.steps.windows(2).any(is_row) {
        true => Err("rows are no children of a table: a browser's tree has `tbody` between them".to_owned()),
        false => Ok(()),
    }
}

fn is_name_character(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}
