//! Stand-in until branch `parse` is merged.

/// A parsed page.
#[derive(Default)]
pub struct Dom;
