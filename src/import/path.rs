//! The way to elements of a page, as XPath says it and CSS can.
//!
//! - path: steps from the document down, as in `//div[@id='a']/p[1]`
//! - step: how to get there from the step before, a tag, and what must hold

/// A path.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// From the document down, or from the element that a condition is about.
    pub steps: Vec<Step>,
    /// The attribute that is asked for instead of the element, as in `//meta/@content`.
    pub attribute: Option<String>,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The way from the step before.
    pub way: Way,
    /// The tag; none for any.
    pub tag: Option<String>,
    /// What must hold, all of it.
    pub conditions: Vec<Condition>,
}

/// The way from one step to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `/`
    Child,
    /// `//`
    Below,
    /// `/following-sibling::`
    After,
}

/// What must hold of an element.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// It has the attribute.
    Has(String),
    /// The attribute compares so with the value.
    Attribute(String, Comparison, String),
    /// It is the so-manyth child of its tag, from the first or the last.
    Nth(u32, End),
    /// Such an element is inside.
    Inside(Path),
    /// None of it holds.
    Not(Box<Condition>),
    /// All of it holds.
    All(Vec<Condition>),
    /// Some of it holds.
    Any(Vec<Condition>),
}

/// How an attribute compares with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Is the value.
    Is,
    /// Has it somewhere.
    Contains,
    /// Begins with it.
    Begins,
    /// Has it among its words.
    Word,
    /// Has it among its words, parted by spaces alone.
    SpacedWord,
}

/// From where children are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// From the first.
    First,
    /// From the last.
    Last,
}
