//! Second look at lists and tables, once all blocks are known: markup for layout is not a list or a table.
//!
//! - an item that holds several paragraphs is a container (posts of a live blog), not a list item
//! - the few paragraphs of a cell are one
//! - a table with nested tables, long cells or a single column is layout, or a picture with its caption

use super::FastMap;
use super::block::TextBlock;
use super::survey::text_weight;
use crate::article::{BlockKind, Span};
use crate::parse::{Dom, NodeId};

/// A cell of data is short; longer ones hold prose.
const MAX_DATA_CELL_WEIGHT: u32 = 500;

/// A cell with more paragraphs holds a text.
const MAX_CELL_PARAGRAPHS: u32 = 3;

#[derive(Default)]
struct TableShape {
    rows: u32,
    cells: u32,
    is_layout: bool,
}

/// Turns items and cells that are not what their markup says into paragraphs.
pub fn shape(dom: &Dom, root: NodeId, blocks: &mut Vec<TextBlock>) {
    let owners: Vec<Option<NodeId>> = blocks.iter().map(|block| owner(dom, root, block)).collect();
    let mut blocks_in: FastMap<NodeId, u32> = FastMap::default();
    for owner in owners.iter().flatten() {
        *blocks_in.entry(*owner).or_default() += 1;
    }
    let tables = survey_tables(dom, blocks, &owners, &blocks_in);
    for (block, owner) in blocks.iter_mut().zip(&owners) {
        let Some(owner) = *owner else { continue };
        let is_layout = match block.kind {
            BlockKind::ListItem { .. } => blocks_in[&owner] > 1,
            _ => table_of(dom, owner)
                .and_then(|table| tables.get(&table))
                .is_none_or(|table| table.is_layout || table.cells <= table.rows || table.rows < 2),
        };
        if is_layout {
            block.kind = BlockKind::Paragraph;
        }
    }
    merge_cells(blocks, &owners);
    blocks.retain(|block| !block.text.is_empty() || matches!(block.kind, BlockKind::Cell { .. }));
}

/// Makes one block of the paragraphs of a cell.
fn merge_cells(blocks: &mut [TextBlock], owners: &[Option<NodeId>]) {
    let is_cell = |block: &TextBlock| matches!(block.kind, BlockKind::Cell { .. }) && block.fate.kept;
    let mut first = 0;
    for index in 1..blocks.len() {
        let (before, rest) = blocks.split_at_mut(index);
        let (into, from) = (&mut before[first], &mut rest[0]);
        if owners[index].is_none() || owners[first] != owners[index] || !is_cell(into) || !is_cell(from) {
            first = index;
            continue;
        }
        into.text.push('\n');
        let shift = into.text.len();
        into.text.push_str(&std::mem::take(&mut from.text));
        into.spans.extend(
            from.spans
                .drain(..)
                .map(|span| Span { range: span.range.start + shift..span.range.end + shift, ..span }),
        );
        from.kind = BlockKind::Paragraph;
    }
}

/// The item or cell that a block belongs to.
fn owner(dom: &Dom, root: NodeId, block: &TextBlock) -> Option<NodeId> {
    let wanted: &[&str] = match block.kind {
        BlockKind::ListItem { .. } => &["li"],
        BlockKind::Cell { .. } => &["td", "th"],
        _ => return None,
    };
    let chain = [block.element].into_iter().chain(dom.ancestors(block.element));
    chain.take_while(|node| *node != root).find(|node| wanted.contains(&dom.tag(*node)))
}

fn table_of(dom: &Dom, cell: NodeId) -> Option<NodeId> {
    dom.ancestors(cell).find(|node| dom.tag(*node) == "table")
}

fn survey_tables(
    dom: &Dom,
    blocks: &[TextBlock],
    owners: &[Option<NodeId>],
    blocks_in: &FastMap<NodeId, u32>,
) -> FastMap<NodeId, TableShape> {
    let mut tables: FastMap<NodeId, TableShape> = FastMap::default();
    let mut weight = 0;
    let mut last = None;
    for (block, owner) in blocks.iter().zip(owners) {
        let (BlockKind::Cell { first, .. }, Some(cell)) = (block.kind, owner) else { continue };
        let Some(table) = table_of(dom, *cell) else { continue };
        if let Some(outer) = table_of(dom, table) {
            tables.entry(outer).or_default().is_layout = true;
        }
        let shape = tables.entry(table).or_default();
        let begins = last.replace(*cell) != Some(*cell);
        weight = if begins { 0 } else { weight } + text_weight(&block.text);
        shape.rows += u32::from(first && begins);
        shape.cells += u32::from(begins);
        shape.is_layout |= weight > MAX_DATA_CELL_WEIGHT || blocks_in[cell] > MAX_CELL_PARAGRAPHS;
    }
    tables
}

#[cfg(test)]
mod tests {
    use crate::Cleaner;

    #[test]
    fn the_paragraphs_of_a_cell_stay_in_their_cell() {
        let prose =
            "Le pont de pierre restera fermé jusqu’à lundi, a indiqué la capitainerie dans un communiqué. ";
        let table = "<table><tr><th>Année<th>Fermetures<tr><td><p>2023</p><p>crue d’hiver</p><td>4<tr><td>2024<td>7</table>";
        let html = format!(
            "<h1>Le pont</h1><article><p>{prose}Personne ne passe.</p><p>{prose}Voici les chiffres :</p>{table}\
             <p>{prose}Nul ne sait la suite.</p></article>"
        );
        let markdown = Cleaner::default().clean(&html, None).unwrap().to_markdown();
        assert!(markdown.contains("| 2023 crue d’hiver | 4 |"), "{markdown}");
    }
}
