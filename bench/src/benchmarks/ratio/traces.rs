//! Recorded traces of programs, in a folder beside the checkout if there is one.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::settings::Effort;

pub(super) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/traces");
const EXTENSION: &str = ".u32.gz";

/// The keys that a program called, in order.
pub(super) struct Trace {
    pub(super) name: String,
    pub(super) keys: Vec<u32>,
    pub(super) distinct: usize,
}

/// All traces by name, or none if the folder does not exist. The quick effort reads only their
/// beginnings.
pub(super) fn read(effort: Effort) -> Vec<Trace> {
    let most = match effort {
        Effort::Full => u64::MAX / 4,
        Effort::Quick => 60_000,
    };
    let Ok(folder) = Path::new(FOLDER).read_dir() else { return Vec::new() };
    let mut traces: Vec<Trace> = folder.filter_map(|file| read_one(&file.ok()?.path(), most)).collect();
    traces.sort_by(|a, b| a.name.cmp(&b.name));
    traces
}

/// `None` for other files and, with a note, for files that cannot be read.
fn read_one(path: &Path, most: u64) -> Option<Trace> {
    let name = path.file_name()?.to_str()?.strip_suffix(EXTENSION)?.to_owned();
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| GzDecoder::new(file).take(4 * most).read_to_end(&mut bytes));
    if let Err(error) = read {
        println!("note: {name} was skipped: {error}");
        return None;
    }
    let (words, _) = bytes.as_chunks::<4>();
    let keys: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let distinct = keys.iter().collect::<HashSet<_>>().len();
    Some(Trace { name, keys, distinct })
}
