//! The edit distance of two words, computed row by row in a table.

/// The number of insertions, deletions, replacements and swaps of neighbours that turn one word
/// into the other (optimal string alignment).
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let width = b.len() + 1;
    let mut table: Vec<usize> = vec![0; (a.len() + 1) * width];
    for (n, cell) in table[..width].iter_mut().enumerate() {
        *cell = n;
    }
    for row in 1..=a.len() {
        table[row * width] = row;
        for column in 1..width {
            let at = row * width + column;
            let above = at - width;
            let replace = usize::from(a[row - 1] != b[column - 1]);
            let mut best = (table[above] + 1).min(table[at - 1] + 1).min(table[above - 1] + replace);
            if row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1] {
                best = best.min(table[above - width - 2] + 1);
            }
            table[at] = best;
        }
    }
    table[table.len() - 1]
}
