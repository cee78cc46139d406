//! Second look at lists and tables, once all blocks are known: markup for layout is not a list or a table.
//!
//! - an item that holds several paragraphs is a container (posts of a live blog), not a list item
//! - a table with nested tables, long cells or a single column is layout, or a picture with its caption

use super::FastMap;
use super::block::TextBlock;
use super::survey::text_weight;
use crate::article::BlockKind;
use crate::parse::{Dom, NodeId};

/// A cell of data is short; longer ones hold prose.
const MAX_DATA_CELL_WEIGHT: u32 = 500;

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
    blocks.retain(|block| !block.text.is_empty() || matches!(block.kind, BlockKind::Cell { .. }));
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
    for (block, owner) in blocks.iter().zip(owners) {
        let (BlockKind::Cell { first, .. }, Some(cell)) = (block.kind, owner) else { continue };
        let Some(table) = table_of(dom, *cell) else { continue };
        if let Some(outer) = table_of(dom, table) {
            tables.entry(outer).or_default().is_layout = true;
        }
        let shape = tables.entry(table).or_default();
        shape.rows += u32::from(first);
        shape.cells += 1;
        shape.is_layout |= blocks_in[cell] > 1 || text_weight(&block.text) > MAX_DATA_CELL_WEIGHT;
    }
    tables
}
