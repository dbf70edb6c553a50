//! How a missing value is loaded.

use super::setting::{Setting, Value};
use super::spec::{MemoizeFacet, MemoizeOption};
use super::values;
use syn::parse::ParseStream;
use syn::{LitBool, Result};

pub(super) const FACET: MemoizeFacet = MemoizeFacet {
    title: "load",
    options: &[MemoizeOption {
        name: "single_flight",
        usage: "`single_flight = false` or `single_flight = \"5s\"`",
        doc: "By default, concurrent calls for one missing key wait for one computation. `false`: every call computes. \
              A duration: a waiting call gives up after this long and computes.",
        read: |options, input| {
            let value = input.value(single_flight)?;
            options.config.extend(value.map(|value| Setting::new(input.name, value)));
            Ok(())
        },
        rules: &[],
    }],
};

/// The setting, or `None` for the default.
fn single_flight(input: ParseStream<'_>) -> Result<Option<Value>> {
    if input.peek(LitBool) {
        return Ok((!values::boolean(input)?).then_some(Value::Variant("SingleFlight", "Off", None)));
    }
    let limit = values::duration(input, "waits for nothing: write `single_flight = false`, or a time above zero")?;
    Ok(Some(Value::Variant("SingleFlight", "Within", Some(Box::new(limit)))))
}
