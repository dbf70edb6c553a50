//! Caches in fields: one per instance, dropped with it.
//!
//! `Memo` for a method with arguments, `Lazy` for a getter, and `deps` for a value that is
//! recomputed when the fields it depends on change.

use memokit::{Lazy, Memo, cached_field, memoize};

#[derive(Default)]
struct Grid {
    width: u64,
    height: u64,
    walls: Vec<(u64, u64)>,
    paths: Memo<(u64, u64), u64>,
    map: Lazy<Vec<String>>,
    area: Lazy<u64, (u64, u64)>,
}

impl Grid {
    /// The number of ways from the upper left to this cell, going right and down. The attribute
    /// sets the capacity.
    #[memoize(in = self.paths, lru = 1000)]
    fn paths(&self, x: u64, y: u64) -> u64 {
        match (x, y) {
            _ if self.walls.contains(&(x, y)) => 0,
            (0, 0) => 1,
            (0, y) => self.paths(0, y - 1),
            (x, 0) => self.paths(x - 1, 0),
            (x, y) => self.paths(x - 1, y) + self.paths(x, y - 1),
        }
    }

    /// Returns a reference to the cached value.
    #[cached_field]
    fn map(&self) -> &[String] {
        println!("    (drawing)");
        let sign = |x, y| if self.walls.contains(&(x, y)) { '#' } else { '.' };
        (0..self.height).map(|y| (0..self.width).map(|x| sign(x, y)).collect()).collect()
    }

    /// Recomputed after any change of the width or the height.
    #[cached_field(deps(width, height))]
    fn area(&self) -> u64 {
        println!("    (multiplying)");
        self.width * self.height
    }
}

fn main() {
    let mut grid = Grid { width: 6, height: 4, walls: vec![(1, 1), (4, 2)], ..Grid::default() };
    println!("{}", grid.map().join("\n"));
    println!("{} columns, {} rows", grid.map()[0].len(), grid.map().len());
    println!("{} ways to the lower right", grid.paths(5, 3));
    println!("{}", grid.paths_cache_info());

    let open = Grid { width: 6, height: 4, ..Grid::default() };
    println!(
        "without walls {} ways; the first grid's cache still has {} entries",
        open.paths(5, 3),
        grid.paths.info().currsize
    );

    println!("area {} = {}", grid.area(), grid.area());
    grid.width = 10;
    println!("area {}", grid.area());
}
