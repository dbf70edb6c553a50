//! How a missing value is loaded.

use super::setting::{Setting, Value};
use super::spec::{MemoizeFacet, MemoizeOption};
use super::values;
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Error, Lit, LitBool, Result, Token};

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
    let ahead = input.fork();
    let word = match (ahead.parse::<Ident>(), ahead.is_empty() || ahead.peek(Token![,]), input.fork().parse()) {
        (Ok(word), true, _) => Some((word.to_string(), word.span())),
        (_, _, Ok(Lit::Str(text))) => Some((text.value(), text.span())),
        _ => None,
    };
    if let Some((word, span)) = word
        && ["off", "on", "no", "yes", "none", "None", "never", "false", "true", "disabled"].contains(&word.as_str())
    {
        let message =
            "write `single_flight = false` for none, a time to limit the wait, or leave the option out for the default";
        return Err(Error::new(span, message));
    }
    let limit = values::duration(input, "waits for nothing: write `single_flight = false`, or a time above zero")?;
    Ok(Some(Value::Variant("SingleFlight", "Within", Some(Box::new(limit)))))
}
