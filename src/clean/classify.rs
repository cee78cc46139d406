//! The block classifier: two forests, the second of which sees what the first said of the blocks around.
//!
//! Stacked sequence labelling: the first pass scores each block from its own row, the second adds the scores of its
//! neighbours, sums over windows, and where in the article's mass it stands. Trained by `model/train.py`.

use super::forest::Forest;
use super::vector::{Table, prefix_sums};

const BUILTIN: &[u8] = include_bytes!("../../model/blocks.bin");

/// Neighbours whose scores the second forest sees.
const DISTANCES: [usize; 5] = [1, 2, 3, 4, 6];
/// Windows over which scores are summed.
const RADII: [usize; 3] = [3, 8, 20];

/// The block classifier.
#[derive(Clone, Debug)]
pub struct Classifier {
    first: Forest,
    second: Forest,
}

impl Classifier {
    /// The classifier that is built in.
    pub fn builtin() -> Classifier {
        Classifier::read(BUILTIN).expect("the built-in model is tested")
    }

    /// Reads a model file; `None` when it is damaged.
    pub fn read(mut bytes: &[u8]) -> Option<Classifier> {
        let first = Forest::read(&mut bytes)?;
        let second = Forest::read(&mut bytes)?;
        let fits = second.width() == first.width() + context_width();
        (fits && bytes.is_empty()).then_some(Classifier { first, second })
    }

    /// For each block the probability that it belongs to the article. `None` when the table is not the one that the
    /// model was trained on.
    pub fn ask(&self, table: &Table) -> Option<Vec<f32>> {
        let rows = table.rows();
        if rows > 0 && table.width != self.first.width() {
            return None;
        }
        let scores: Vec<f32> = (0..rows).map(|index| self.first.ask(table.row(index))).collect();
        let weights: Vec<f32> = (0..rows).map(|index| table.row(index)[0]).collect();
        let context = Around::of(scores, &weights);
        let mut row = Vec::with_capacity(self.second.width());
        let ask = |index| {
            row.clear();
            row.extend_from_slice(table.row(index));
            context.push_columns(index, &mut row);
            self.second.ask(&row)
        };
        Some((0..rows).map(ask).collect())
    }
}

const fn context_width() -> usize {
    4 + 2 * DISTANCES.len() + 2 * RADII.len()
}

/// First scores of all blocks with their sums.
struct Around {
    scores: Vec<f32>,
    best: f32,
    score_sums: Vec<f32>,
    mass_sums: Vec<f32>,
}

impl Around {
    fn of(scores: Vec<f32>, weights: &[f32]) -> Around {
        let masses: Vec<f32> = scores.iter().zip(weights).map(|(score, weight)| score * weight).collect();
        Around {
            best: scores.iter().copied().fold(0.0, f32::max),
            score_sums: prefix_sums(&scores),
            mass_sums: prefix_sums(&masses),
            scores,
        }
    }

    fn push_columns(&self, index: usize, row: &mut Vec<f32>) {
        let count = self.scores.len();
        let mass = self.mass_sums[count];
        let total = mass + 1.0;
        row.extend([self.scores[index], self.mass_sums[index + 1] / total, mass, self.best]);
        let score = |other: Option<usize>| other.and_then(|other| self.scores.get(other)).copied().unwrap_or(-1.0);
        for distance in DISTANCES {
            row.extend([score(index.checked_sub(distance)), score(index.checked_add(distance))]);
        }
        for radius in RADII {
            let (low, high) = (index.saturating_sub(radius), (index + radius + 1).min(count));
            row.push((self.score_sums[high] - self.score_sums[low]) / (2 * radius + 1) as f32);
            row.push((self.mass_sums[high] - self.mass_sums[low]) / total);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_model_loads_and_is_small() {
        let _ = Classifier::builtin();
        assert!(BUILTIN.len() <= 600_000, "{} bytes", BUILTIN.len());
    }

    #[test]
    fn context_has_the_promised_width() {
        let mut row = Vec::new();
        Around::of(vec![0.5, 0.9, 0.1], &[10.0, 20.0, 30.0]).push_columns(1, &mut row);
        assert_eq!(row.len(), context_width());
        assert_eq!(row[4..6], [0.5, 0.1]);
    }
}
