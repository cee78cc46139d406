//! Gradient-boosted trees: reading the small file that `model/train.py` writes, and asking it.
//!
//! A forest is the sum of its trees; the sum is a log-odds, the logistic function makes it a probability
//! (Friedman 2001, "Greedy function approximation: a gradient boosting machine"). Nodes and leaves of all trees lie
//! in two flat lists; there are no pointers and no recursion.

mod asking;
mod shares;

pub use asking::Asking;

/// A forest that answers with a probability.
#[derive(Clone, Debug, Default)]
pub struct Forest {
    width: usize,
    /// First node of each tree.
    roots: Vec<u16>,
    nodes: Vec<Node>,
    leaves: Vec<f32>,
    /// The same trees as they are asked.
    trees: Vec<asking::Tree>,
}

/// Goes left when the column's value is at most the threshold.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    threshold: f32,
    /// Left and right: the index of a node, or of a leaf with the top bit set.
    children: [u16; 2],
    column: u8,
}

/// Marks a child that is a leaf.
const LEAF: u16 = 0x8000;

/// Widest row. A column is a byte, so that it is always within one.
const MAX_WIDTH: usize = 256;

impl Forest {
    /// Columns that a row must have.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Reads a forest off the front of `bytes`. `None` when the file is cut short, or names nodes, leaves or columns
    /// that are not there, or a tree of more than 32 leaves.
    ///
    /// Little-endian: width, trees, nodes, leaves (u16 each), scale of the leaves (f32), the root of each tree (u16),
    /// the nodes (column u16, threshold f32, left u16, right u16), the leaves (i16).
    pub fn read(bytes: &mut &[u8]) -> Option<Forest> {
        let (width, trees, nodes, leaves) = (u16(bytes)?, u16(bytes)?, u16(bytes)?, u16(bytes)?);
        let scale = f32(bytes)?;
        let mut forest = Forest { width: width.into(), ..Forest::default() };
        if forest.width > MAX_WIDTH {
            return None;
        }
        for _ in 0..trees {
            forest.roots.push(u16(bytes).filter(|root| *root < nodes)?);
        }
        for index in 0..nodes {
            let (column, threshold) = (u16(bytes).filter(|column| *column < width)?, f32(bytes)?);
            let (left, right) = (u16(bytes)?, u16(bytes)?);
            // a child comes after its parent, so that every walk ends
            let sound = |child: u16| {
                if child & LEAF == 0 { child > index && child < nodes } else { child & !LEAF < leaves }
            };
            if !sound(left) || !sound(right) {
                return None;
            }
            let column = u8::try_from(column).ok()?;
            forest.nodes.push(Node { threshold, column, children: [left, right] });
        }
        for _ in 0..leaves {
            forest.leaves.push(f32::from(u16(bytes)? as i16) * scale);
        }
        forest.trees = forest.roots.iter().map(|root| forest.flatten(*root)).collect::<Option<_>>()?;
        Some(forest)
    }
}

fn u16(bytes: &mut &[u8]) -> Option<u16> {
    let (head, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u16::from_le_bytes(*head))
}

fn f32(bytes: &mut &[u8]) -> Option<f32> {
    let (head, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(f32::from_le_bytes(*head))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One tree: column 1 at most 0.5 gives -2, else +2.
    fn stump() -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in [2_u16, 1, 1, 2] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(0.5_f32.to_le_bytes());
        bytes.extend(0_u16.to_le_bytes());
        bytes.extend(1_u16.to_le_bytes());
        bytes.extend(0.5_f32.to_le_bytes());
        for number in [LEAF, LEAF | 1, -4_i16 as u16, 4] {
            bytes.extend(number.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn asks_a_stump() {
        let forest = Forest::read(&mut stump().as_slice()).unwrap();
        let mut asking = Asking::new(&forest);
        [[9.0, 0.5], [9.0, 0.6]].iter().for_each(|row| asking.add(row));
        let scores = asking.finish();
        assert_eq!(scores.len(), 2);
        assert!((scores[0] - 0.119).abs() < 0.001);
        assert!((scores[1] - 0.881).abs() < 0.001);
        assert_eq!(scores, [[9.0, 0.5], [9.0, 0.6]].map(|row| forest.ask(&row)));
    }

    #[test]
    fn refuses_files_that_are_cut_short_or_point_nowhere() {
        let whole = stump();
        for length in 0..whole.len() {
            assert!(Forest::read(&mut &whole[..length]).is_none());
        }
        let mut wrong = whole;
        let column = wrong.len() - 14;
        wrong[column] = 7;
        assert!(Forest::read(&mut wrong.as_slice()).is_none());
    }
}
