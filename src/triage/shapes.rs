//! What was not understood, by its shape.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The shapes of lines that were not understood.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shapes {}

/// Lines of one shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Shape {
    /// The shape.
    pub shape: String,
}

impl Shapes {
    pub(super) fn merge(&mut self, _other: Self) {}

    pub(super) fn commonest(&self, _top: usize) -> Vec<Shape> {
        Vec::new()
    }
}
