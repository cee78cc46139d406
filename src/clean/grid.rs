//! Cells that reach over several columns or rows: empty cells take the places that they cover, so that what stands below
//! a header stays below it.

use super::FastMap;
use super::block::TextBlock;
use crate::article::BlockKind;
use crate::parse::{Dom, NodeId};

/// A cell reaches no further; more is a mistake of the page.
const MAX_REACH: usize = 30;
/// Columns further right are left as they are.
const MAX_COLUMNS: usize = 200;
/// Empty cells that a page may get.
const MAX_ADDED: usize = 2_000;

/// The columns of a table that cells of earlier rows reach into, with the rows that are left to them.
type Covered = FastMap<usize, usize>;

/// Puts empty cells into the tables of an article.
pub fn fill_spans(dom: &Dom, blocks: Vec<TextBlock>) -> Vec<TextBlock> {
    let reaches = |block: &TextBlock| cell_of(dom, block).is_some_and(|cell| reach(dom, cell) != (1, 1));
    if !blocks.iter().any(|block| is_cell(block) && reaches(block)) {
        return blocks;
    }
    let mut filled = Vec::with_capacity(blocks.len());
    let mut table = None;
    let mut row = Row::default();
    let mut added = 0;
    for block in blocks {
        let Some(cell) = cell_of(dom, &block).filter(|_| is_cell(&block) && added < MAX_ADDED) else {
            filled.push(block);
            continue;
        };
        let of = dom.ancestors(cell).find(|node| dom.tag(*node) == "table");
        if of != table {
            (table, row) = (of, Row::default());
        }
        let before = filled.len();
        row.take(dom, cell, block, &mut filled);
        added += filled.len() - before - 1;
    }
    filled
}

/// The row that is being filled.
#[derive(Default)]
struct Row {
    column: usize,
    covered: Covered,
}

impl Row {
    /// Adds a cell, with the empty ones before it that rows above reach into, and those that it covers.
    fn take(&mut self, dom: &Dom, cell: NodeId, block: TextBlock, filled: &mut Vec<TextBlock>) {
        let BlockKind::Cell { first, header } = block.kind else { return filled.push(block) };
        if first {
            self.end_row();
        }
        while self.is_covered() {
            filled.push(empty(&block, self.column == 0, header));
            self.column += 1;
        }
        let (columns, rows) = reach(dom, cell);
        if rows > 1 {
            let own = self.column..(self.column + columns).min(MAX_COLUMNS);
            self.covered.extend(own.map(|column| (column, rows - 1)));
        }
        let covers: Vec<TextBlock> = (1..columns).map(|_| empty(&block, false, header)).collect();
        let is_first = self.column == 0;
        self.column += columns;
        filled.push(TextBlock { kind: BlockKind::Cell { first: is_first, header }, ..block });
        filled.extend(covers);
    }

    /// Goes to the next row; cells above that reach into columns behind the last cell have a row less to go, too.
    fn end_row(&mut self) {
        let behind = self.covered.iter_mut().filter(|(column, _)| **column >= self.column);
        behind.for_each(|(_, rows)| *rows = rows.saturating_sub(1));
        self.column = 0;
    }

    /// Whether a cell above reaches into this column; it then has a row less to go.
    fn is_covered(&mut self) -> bool {
        self.covered.get_mut(&self.column).filter(|rows| **rows > 0).is_some_and(|rows| {
            *rows -= 1;
            true
        })
    }
}

fn empty(beside: &TextBlock, first: bool, header: bool) -> TextBlock {
    TextBlock {
        kind: BlockKind::Cell { first, header },
        text: String::new(),
        spans: Vec::new(),
        ..beside.clone()
    }
}

fn is_cell(block: &TextBlock) -> bool {
    block.fate.kept && matches!(block.kind, BlockKind::Cell { .. })
}

fn cell_of(dom: &Dom, block: &TextBlock) -> Option<NodeId> {
    let mut around = [block.element].into_iter().chain(dom.ancestors(block.element));
    around.find(|node| matches!(dom.tag(*node), "td" | "th"))
}

/// Columns and rows that a cell takes.
fn reach(dom: &Dom, cell: NodeId) -> (usize, usize) {
    let number = |name| dom.attribute(cell, name).and_then(|value| value.trim().parse().ok()).unwrap_or(1);
    let within = |number: usize| number.clamp(1, MAX_REACH);
    (within(number("colspan")), within(number("rowspan")))
}

#[cfg(test)]
mod tests {
    use crate::Cleaner;

    #[test]
    fn what_stands_below_a_header_of_two_rows_or_columns_stays_below_it() {
        let prose = "Le second tour a donné lieu à un long dépouillement, bureau par bureau, sous les yeux des deux candidats.";
        let table = "<table><tr><th rowspan=2>Bureau<th colspan=2>Voix<tr><th>Martin<th>Durand<tr><td>1<td>210<td>180\
            <tr><td>2<td>190<td>202</table>";
        let html = format!(
            "<h1>Les résultats</h1><article><p>{prose}</p><p>Voici les résultats :</p>{table}<p>{prose} Fin.</p></article>"
        );
        let article = Cleaner::default().clean(&html, None).unwrap();
        assert!(
            article.to_text().contains("Bureau | Voix | \n | Martin | Durand\n1 | 210 | 180"),
            "{}",
            article.to_text()
        );
        assert!(article.to_markdown().contains("|  | Martin | Durand |"), "{}", article.to_markdown());
    }

    #[test]
    fn a_reach_without_end_adds_no_cells_without_end() {
        let prose = "Le second tour a donné lieu à un long dépouillement, bureau par bureau, sous les yeux des deux candidats.";
        let row = "<tr><td colspan=99999 rowspan=99999>un<td>deux";
        let html = format!(
            "<article><p>{prose}</p><p>{prose} :</p><table>{}</table><p>{prose}</p></article>",
            row.repeat(400)
        );
        let cells = Cleaner::default().clean(&html, None).unwrap().blocks.len();
        assert!(cells < 4_000, "{cells}");
    }
}
