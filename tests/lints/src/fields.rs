//! Uses of `#[cached_field]` that must cause no lint.

use std::cell::OnceCell;
use std::sync::OnceLock;

use memokit::{Lazy, cached_field};

/// A document with parts that are computed on demand.
#[derive(Debug, Default)]
pub struct Document {
    text: String,
    words: Lazy<usize>,
    lines: Lazy<Vec<String>>,
    number: Lazy<i64>,
    shout: OnceLock<String>,
    whisper: OnceCell<String>,
    width: f64,
    height: f64,
    area: Lazy<f64, (f64, f64)>,
    later: Lazy<usize>,
}

impl Document {
    /// By value.
    #[cached_field]
    #[must_use]
    pub fn words(&self) -> usize {
        self.text.split_whitespace().count()
    }

    /// By reference.
    #[cached_field(stats)]
    #[must_use]
    pub fn lines(&self) -> &Vec<String> {
        self.text.lines().map(str::to_owned).collect()
    }

    /// Fallible.
    ///
    /// # Errors
    ///
    /// If the text is no number.
    #[cached_field]
    pub fn number(&self) -> Result<&i64, std::num::ParseIntError> {
        self.text.trim().parse()
    }

    /// In a cell of std.
    #[cached_field(field = shout)]
    #[must_use]
    pub fn loud(&self) -> &String {
        self.text.to_uppercase()
    }

    /// In a cell for one thread.
    #[cached_field(field = whisper)]
    #[must_use]
    pub fn quiet(&self) -> &String {
        self.text.to_lowercase()
    }

    /// Recomputed when the sides change.
    #[cached_field(deps(width, height))]
    #[must_use]
    pub fn area(&self) -> f64 {
        self.width * self.height
    }

    /// Asynchronous.
    #[cached_field]
    pub async fn later(&self) -> usize {
        std::future::ready(self.text.len()).await
    }
}
