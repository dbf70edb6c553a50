//! Tests of the feature `serde`: a lazy field is not serialized, and may be missing when
//! deserialized.

use memokit::{Lazy, cached_field};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Circle {
    radius: f64,
    area: Lazy<f64>,
    #[serde(skip)]
    ratio: Lazy<f64, (f64,)>,
}

impl Circle {
    #[cached_field]
    fn area(&self) -> f64 {
        3.0 * self.radius.powi(2)
    }

    #[cached_field(deps(radius))]
    fn ratio(&self) -> f64 {
        1.0 / self.radius
    }
}

#[test]
fn a_value_is_not_serialized() {
    let circle = Circle { radius: 1.0, area: Lazy::new(), ratio: Lazy::new() };
    circle.area();
    circle.ratio();
    assert_eq!(serde_json::to_string(&circle).unwrap(), r#"{"radius":1.0,"area":null}"#);
}

#[test]
fn a_field_is_empty_after_deserialization_whatever_the_data_has() {
    for text in [r#"{"radius":2.0}"#, r#"{"radius":2.0,"area":null}"#, r#"{"radius":2.0,"area":[1,{"x":2}]}"#] {
        let circle: Circle = serde_json::from_str(text).unwrap();
        assert_eq!((circle.area_cached(), circle.area(), circle.ratio()), (None, 12.0, 0.5));
    }
}
