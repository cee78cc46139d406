//! What is known of the classes of a page. Most elements have the class of others, so that each is looked at once.

use super::dom::{Dom, NIL, NodeId};

/// Answers to one question about classes, by the row of the class.
#[derive(Debug)]
pub struct ByClass<T>(Vec<Option<T>>);

impl<T: Copy> ByClass<T> {
    /// No answers yet.
    pub fn new(dom: &Dom) -> ByClass<T> {
        ByClass(vec![None; dom.classes as usize])
    }

    /// The answer for the class of an element, asked for when it is the first with that class; `None` without a class.
    #[inline]
    pub fn of<'d>(&mut self, dom: &'d Dom, node: NodeId, ask: impl FnOnce(&'d str) -> T) -> Option<T> {
        let class = dom.element(node)?.class;
        let known = self.0.get_mut(class as usize).filter(|_| class != NIL)?;
        if known.is_none() {
            *known = dom.attribute(node, "class").map(ask);
        }
        *known
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Limits, parse};

    #[test]
    fn each_class_is_asked_for_once() {
        let html = "<body><p class=a>1<p class=b>2<p class=a>3<p>4<p class>5<body class=a>";
        let dom = parse(html, &Limits::default()).unwrap();
        let (mut lengths, mut asked) = (ByClass::new(&dom), Vec::new());
        let mut length = |node| {
            lengths.of(&dom, node, |class| {
                asked.push(class);
                class.len()
            })
        };
        let found: Vec<Option<usize>> = dom
            .descendants(dom.body().unwrap())
            .filter(|node| dom.text(*node).is_empty())
            .map(&mut length)
            .collect();
        assert_eq!(found, [Some(1), Some(1), Some(1), Some(1), None, Some(0)]);
        assert_eq!(asked, ["a", "b", ""]);
    }
}
