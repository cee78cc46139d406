//! What each column has in a score: its Shapley value against rows to compare with.
//!
//! The question is "why does this row score higher or lower than those?". A column's share is what replacing it brings,
//! averaged over all orders in which the columns could be replaced (Lundberg et al. 2020, "From local explanations to
//! global understanding with explainable AI for trees", interventional form). The shares of one row add up to the
//! difference of the two sums of log-odds.

use super::{Forest, LEAF, MAX_WIDTH};

/// The shares of the columns in one row, against one other row.
struct Comparison<'f> {
    forest: &'f Forest,
    row: &'f [f32],
    other: &'f [f32],
    /// Columns that a walk takes from the row, and from the other.
    from_row: Vec<u8>,
    from_other: Vec<u8>,
    shares: Vec<f64>,
}

impl Forest {
    /// The share of each column in what the forest says of `row`, against the mean of what it says of `others`. Empty
    /// when a row is too short.
    pub fn shares(&self, row: &[f32], others: &[&[f32]]) -> Vec<f32> {
        let is_wide = |row: &[f32]| row.len() >= self.width;
        if self.width > MAX_WIDTH || !is_wide(row) || !others.iter().all(|other| is_wide(other)) {
            return Vec::new();
        }
        let mut sums = vec![0.0; self.width];
        for other in others {
            let mut comparison = Comparison {
                forest: self,
                row,
                other,
                from_row: Vec::new(),
                from_other: Vec::new(),
                shares: vec![0.0; self.width],
            };
            self.roots.iter().for_each(|root| comparison.walk(*root));
            sums.iter_mut().zip(comparison.shares).for_each(|(sum, share)| *sum += share);
        }
        sums.into_iter().map(|sum| (sum / others.len().max(1) as f64) as f32).collect()
    }
}

impl Comparison<'_> {
    /// Goes on from a node. Only where the rows part do two walks go on, so that the depth is that of the columns.
    fn walk(&mut self, mut at: u16) {
        while at & LEAF == 0 {
            let node = &self.forest.nodes[usize::from(at)];
            let column = usize::from(node.column);
            let child = |value: f32| node.children[usize::from(value > node.threshold || value.is_nan())];
            let (own, other) = (child(self.row[column]), child(self.other[column]));
            if own == other || self.from_row.contains(&node.column) {
                at = own;
            } else if self.from_other.contains(&node.column) {
                at = other;
            } else {
                self.from_row.push(node.column);
                self.walk(own);
                self.from_row.pop();
                self.from_other.push(node.column);
                self.walk(other);
                self.from_other.pop();
                return;
            }
        }
        self.reach(self.forest.leaves[usize::from(at & !LEAF)].into());
    }

    fn reach(&mut self, leaf: f64) {
        let (own, other) = (self.from_row.len(), self.from_other.len());
        for column in &self.from_row {
            self.shares[usize::from(*column)] += leaf * weight(own, other);
        }
        for column in &self.from_other {
            self.shares[usize::from(*column)] -= leaf * weight(other, own);
        }
    }
}

/// `(same - 1)! opposite! / (same + opposite)!`, without the factorials.
fn weight(same: usize, opposite: usize) -> f64 {
    let one = 1.0 / (same + opposite) as f64;
    (1..=opposite).fold(one, |weight, step| weight * step as f64 / (same - 1 + step) as f64)
}

#[cfg(test)]
mod tests {
    use super::super::Node;
    use super::*;

    /// Column 0 high and column 1 high: 6; column 0 high alone: 2; else 0.
    fn conjunction() -> Forest {
        let node = |column, children| Node { threshold: 0.5, column, children };
        Forest {
            width: 3,
            roots: vec![0],
            nodes: vec![node(0, [LEAF, 1]), node(1, [LEAF | 1, LEAF | 2])],
            leaves: vec![0.0, 2.0, 6.0],
            trees: Vec::new(),
        }
    }

    #[test]
    fn shares_add_up_and_are_fair() {
        let shares = conjunction().shares(&[1.0, 1.0, 1.0], &[&[0.0, 0.0, 0.0]]);
        // in one order column 0 brings 2 and column 1 brings 4, in the other they bring 6 and 0
        assert_eq!(shares, [4.0, 2.0, 0.0]);
        assert_eq!(conjunction().shares(&[0.0, 1.0, 0.0], &[&[1.0, 1.0, 0.0]]), [-6.0, 0.0, 0.0]);
    }

    #[test]
    fn a_row_against_itself_has_no_shares_and_a_short_row_no_answer() {
        assert_eq!(conjunction().shares(&[1.0, 0.0, 0.0], &[&[1.0, 0.0, 0.0]]), [0.0; 3]);
        assert!(conjunction().shares(&[1.0], &[&[1.0, 0.0, 0.0]]).is_empty());
    }

    #[test]
    fn weights_are_those_of_shapley() {
        assert!((weight(2, 1) - 1.0 / 6.0).abs() < 1e-12);
        assert!((weight(1, 3) - 6.0 / 24.0).abs() < 1e-12);
    }
}
