//! The steps after the classifier, which look beyond one block: first what comes back, then, after the phrase rules and
//! the loss guard, what goes.

use crate::article::Metadata;
use crate::article::metadata::PageType;
use crate::clean::alike::{drop_linked_headings, keep_alike};
use crate::clean::beside::keep_beside;
use crate::clean::between::{keep_code, keep_prose, keep_quotes, keep_subheads};
use crate::clean::block::TextBlock;
use crate::clean::caption::remove_captions;
use crate::clean::declared::Declared;
use crate::clean::discussion::remove_discussion;
use crate::clean::doubled::remove_doubled;
use crate::clean::heads::{drop_lead_ins, drop_lone_headings, keep_announced, keep_headings};
use crate::clean::listed::{keep_answers, keep_recipe};
use crate::clean::notes::{keep_notes, write_references};
use crate::clean::rules::GenericRules;
use crate::clean::settle::{drop_ornaments, settle_groups, settle_posts};
use crate::clean::signature::{remove_names, sign};
use crate::clean::standfirst::keep_standfirst;
use crate::clean::strays::{drop_other_articles, drop_player_titles};
use crate::parse::Dom;

/// Makes blocks agree that belong together, and brings back what the blocks around it speak for.
pub(super) fn bring_back(
    dom: &Dom,
    rules: &GenericRules,
    blocks: &mut [TextBlock],
    metadata: &Metadata,
    threshold: f32,
) {
    settle_groups(dom, blocks, threshold);
    keep_subheads(dom, blocks, threshold);
    keep_prose(dom, blocks, threshold);
    keep_quotes(dom, blocks, threshold);
    keep_standfirst(dom, rules, blocks, metadata.description.as_deref(), threshold);
    keep_alike(dom, blocks, threshold);
    keep_code(blocks);
    keep_recipe(dom, blocks, &metadata.listed.ingredients);
    if metadata.page_type == PageType::Article {
        keep_answers(blocks, &metadata.listed.answers);
    }
    keep_headings(dom, blocks, threshold);
    settle_posts(dom, blocks);
    keep_announced(dom, blocks);
    keep_beside(dom, blocks, threshold);
}

/// Takes out what another place of the page shows to be no part of the article, and signatures into the metadata.
pub(super) fn take_out(
    dom: &Dom,
    rules: &GenericRules,
    blocks: &mut [TextBlock],
    metadata: &mut Metadata,
    declared: Declared,
) {
    if !declared.forum {
        remove_discussion(dom, rules, blocks);
        remove_doubled(dom, blocks);
    }
    if declared.page_type() == PageType::Article {
        remove_captions(dom, blocks);
    }
    keep_notes(dom, blocks);
    drop_linked_headings(dom, blocks);
    drop_other_articles(dom, blocks);
    drop_player_titles(dom, blocks);
    drop_lead_ins(blocks);
    drop_ornaments(blocks);
    drop_lone_headings(blocks);
    sign(metadata, blocks);
    if !declared.forum {
        remove_names(metadata, blocks);
    }
    write_references(blocks);
}
