//! What a forest says of rows, some of them at a time.
//!
//! A walk from node to node waits for memory at each step, and the processor guesses wrong where it ends. So no tree is
//! walked: all of its conditions are looked at, for several rows by one instruction, and each that does not hold rules out
//! the leaves left of it; the first leaf that remains is where the walk would have ended (Lucchese et al. 2015,
//! "QuickScorer: a fast algorithm to rank documents with additive ensembles of regression trees").

use super::{Forest, LEAF, MAX_WIDTH};

/// After so many trees ...
const EARLY_TREES: usize = 60;
/// ... a sum this far from zero is final.
const SETTLED_LOG_ODDS: f32 = 3.0;

/// Most leaves of a tree: each has a bit of a number.
const MAX_LEAVES: usize = u32::BITS as usize;
/// Rows that are asked together.
const LANES: usize = 8;

/// A tree as conditions, in any order, and leaves, from left to right.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    conditions: Vec<Condition>,
    leaves: [f32; MAX_LEAVES],
}

/// Columns of several rows, side by side.
type Columns = [[f32; LANES]; MAX_WIDTH];

impl Tree {
    /// The leaves that are left of each row, written so that no processor has to branch.
    fn left(&self, columns: &Columns) -> [u32; LANES] {
        let mut left = [u32::MAX; LANES];
        for &Condition { threshold, rest, column } in &self.conditions {
            for (left, value) in left.iter_mut().zip(&columns[usize::from(column)]) {
                // what is no number goes right
                let holds = u32::from(*value <= threshold).wrapping_neg();
                *left &= holds | rest;
            }
        }
        left
    }

    /// What the tree says of one row.
    fn of_row(&self, row: &[f32]) -> f32 {
        let rules_out = |left: u32, condition: &Condition| {
            let holds =
                row.get(usize::from(condition.column)).is_some_and(|value| *value <= condition.threshold);
            left & (u32::from(holds).wrapping_neg() | condition.rest)
        };
        self.leaf(self.conditions.iter().fold(u32::MAX, rules_out))
    }

    /// The first of the leaves that are left.
    fn leaf(&self, left: u32) -> f32 {
        self.leaves[left.trailing_zeros() as usize % MAX_LEAVES]
    }
}

/// Holds when the column's value is at most the threshold.
#[derive(Clone, Copy, Debug)]
struct Condition {
    threshold: f32,
    /// The leaves that are left where it does not hold.
    rest: u32,
    column: u8,
}

/// A step of taking a tree apart.
enum Step {
    /// To the subtree below a node, or to a leaf.
    To(u16),
    /// Back from the left of a condition, which begins with this leaf.
    Back { condition: usize, first: usize },
}

impl Forest {
    /// The probability for one row alone, the same as that of [`Asking`].
    pub fn ask(&self, row: &[f32]) -> f32 {
        let sum = |trees: &[Tree]| trees.iter().fold(0.0, |sum, tree| sum + tree.of_row(row));
        let (early, late) = self.parts();
        let first: f32 = sum(early);
        probability(if first.abs() < SETTLED_LOG_ODDS { first + sum(late) } else { first })
    }

    /// The trees that are asked of all rows, and the others.
    fn parts(&self) -> (&[Tree], &[Tree]) {
        self.trees.split_at(EARLY_TREES.min(self.trees.len()))
    }

    /// Takes a tree apart; `None` when it has more leaves than bits.
    pub(super) fn flatten(&self, root: u16) -> Option<Tree> {
        let mut tree = Tree { conditions: Vec::new(), leaves: [0.0; MAX_LEAVES] };
        let (mut steps, mut leaves) = (vec![Step::To(root)], 0);
        while let Some(step) = steps.pop() {
            match step {
                Step::To(leaf) if leaf & LEAF != 0 => {
                    *tree.leaves.get_mut(leaves)? = self.leaves[usize::from(leaf & !LEAF)];
                    leaves += 1;
                }
                Step::To(node) => {
                    let (node, condition) = (&self.nodes[usize::from(node)], tree.conditions.len());
                    // a tree has one leaf more than conditions
                    if condition + 1 == MAX_LEAVES {
                        return None;
                    }
                    tree.conditions.push(Condition {
                        threshold: node.threshold,
                        rest: 0,
                        column: node.column,
                    });
                    let [left, right] = node.children;
                    steps.extend([Step::To(right), Step::Back { condition, first: leaves }, Step::To(left)]);
                }
                Step::Back { condition, first } => {
                    let left = (first..leaves).fold(0, |bits, leaf| bits | 1 << leaf);
                    tree.conditions[condition].rest = !left;
                }
            }
        }
        Some(tree)
    }
}

fn probability(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Rows that wait to be asked together, with their numbers.
#[derive(Debug, Default)]
struct Waiting {
    /// From the first row on: what is asked last need not take room before.
    columns: Option<Box<Columns>>,
    numbers: Vec<usize>,
}

impl Waiting {
    fn push(&mut self, number: usize, row: impl Iterator<Item = f32>) {
        let lane = self.numbers.len();
        let columns = self.columns.get_or_insert_with(|| Box::new([[0.0; LANES]; MAX_WIDTH]));
        columns.iter_mut().zip(row).for_each(|(column, value)| column[lane] = value);
        self.numbers.push(number);
    }

    fn is_full(&self) -> bool {
        self.numbers.len() == LANES
    }

    fn sums(&self, trees: &[Tree]) -> [f32; LANES] {
        let mut sums = [0.0; LANES];
        let Some(columns) = self.columns.as_deref().filter(|_| !self.numbers.is_empty()) else { return sums };
        for tree in trees {
            for (sum, left) in sums.iter_mut().zip(tree.left(columns)) {
                *sum += tree.leaf(left);
            }
        }
        sums
    }

    /// Adds what these trees say to the log-odds of the rows, which then wait no longer.
    fn settle(&mut self, trees: &[Tree], log_odds: &mut [f32]) {
        let sums = self.sums(trees);
        self.numbers.drain(..).zip(sums).for_each(|(number, sum)| log_odds[number] += sum);
    }
}

/// The probabilities for rows that come one by one.
///
/// A cascade: most blocks of a page are menus or sure paragraphs, which the first trees settle. The others wait until all
/// trees are asked for several of them.
#[derive(Debug)]
pub struct Asking<'f> {
    early: &'f [Tree],
    late: &'f [Tree],
    width: usize,
    new: Waiting,
    open: Waiting,
    /// What the trees said of each row so far.
    log_odds: Vec<f32>,
}

impl<'f> Asking<'f> {
    /// Nothing is asked yet.
    pub fn new(forest: &'f Forest) -> Asking<'f> {
        let (early, late) = forest.parts();
        let (new, open) = (Waiting::default(), Waiting::default());
        Asking { early, late, width: forest.width, new, open, log_odds: Vec::new() }
    }

    /// Takes the next row.
    pub fn add(&mut self, row: &[f32]) {
        self.new.push(self.log_odds.len() + self.new.numbers.len(), row.iter().copied());
        if self.new.is_full() {
            self.ask_early();
        }
    }

    /// The probabilities of all rows, in their order.
    pub fn finish(mut self) -> Vec<f32> {
        self.ask_early();
        self.open.settle(self.late, &mut self.log_odds);
        self.log_odds.into_iter().map(probability).collect()
    }

    fn ask_early(&mut self) {
        let sums = self.new.sums(self.early);
        let Waiting { columns: Some(columns), numbers } = &mut self.new else { return };
        for (lane, (number, sum)) in numbers.drain(..).zip(sums).enumerate() {
            self.log_odds.push(sum);
            if sum.abs() < SETTLED_LOG_ODDS {
                self.open.push(number, columns[..self.width].iter().map(|column| column[lane]));
                if self.open.is_full() {
                    self.open.settle(self.late, &mut self.log_odds);
                }
            }
        }
    }
}
