//! Getters that cannot be cached. Every message says what to do instead.

use super::form::{Form, ungrouped};
use super::getter::Getter;
use crate::diagnostics::Diagnostics;
use quote::ToTokens;
use syn::{FnArg, GenericParam, Receiver, ReceiverKind, Type};

/// Checks the getter; its form is known if it returns anything.
pub(crate) fn getter(getter: &Getter, diagnostics: &mut Diagnostics) -> Option<Form> {
    qualifiers(getter, diagnostics);
    receiver(getter, diagnostics);
    generics(getter, diagnostics);
    let form = Form::of(getter);
    match &form {
        None => diagnostics.at(getter.name().span(), "this getter returns nothing, so there is nothing to cache"),
        Some(form) => result(form, diagnostics),
    }
    form
}

fn qualifiers(getter: &Getter, diagnostics: &mut Diagnostics) {
    if let Some(token) = &getter.sig.constness {
        diagnostics.over(token, "a `const fn` cannot store its value in a field: remove `const`");
    }
}

fn receiver(getter: &Getter, diagnostics: &mut Diagnostics) {
    const NEEDED: &str = "#[cached_field] goes on a getter with `&self`: the value is stored in a field of `self`";
    match getter.receiver() {
        None => {
            let message = format!("{NEEDED}; to cache the results of a function use #[memoize]");
            diagnostics.at(getter.name().span(), message);
            return;
        }
        Some(receiver) if is_mutable(receiver) => diagnostics.over(
            receiver,
            "a getter with a cached value takes `&self`: once the value is cached, changes that it makes to `self` would be skipped",
        ),
        Some(receiver) if !is_shared(receiver) => diagnostics.over(receiver, NEEDED),
        Some(_) => {}
    }
    if let Some(argument) = getter.sig.inputs.iter().nth(1) {
        let what = match argument {
            FnArg::Typed(argument) => argument.to_token_stream(),
            FnArg::Receiver(receiver) => receiver.to_token_stream(),
        };
        diagnostics.over(
            what,
            "a cached field has one value, so its getter takes `&self` alone; for a method with arguments use \
             `#[memoize(in = self.field)]` with a field `memokit::Memo<(Args,), R>`",
        );
    }
}

fn is_mutable(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
        ReceiverKind::Typed(_, ty) => matches!(&**ty, Type::Reference(reference) if is_mut(reference)),
        _ => false,
    }
}

fn is_mut(reference: &syn::TypeReference) -> bool {
    reference.mutability.is_some()
}

fn is_shared(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(..) => true,
        ReceiverKind::Typed(_, ty) => match &**ty {
            Type::Reference(reference) => matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("Self")),
            _ => false,
        },
        _ => false,
    }
}

fn generics(getter: &Getter, diagnostics: &mut Diagnostics) {
    let generic = getter.sig.generics.params.iter().find(|param| !matches!(param, GenericParam::Lifetime(_)));
    if let Some(param) = generic {
        diagnostics.over(
            param,
            "a generic getter has many values, and its field holds one: put the parameter on the type, or use \
             `#[memoize(in = self.field)]`",
        );
    }
}

fn result(form: &Form, diagnostics: &mut Diagnostics) {
    if let Form::Value { result, .. } = form {
        match ungrouped(result) {
            Type::Tuple(unit) if unit.elems.is_empty() => {
                diagnostics.over(result, "this getter returns nothing, so there is nothing to cache");
            }
            Type::ImplTrait(_) => {
                diagnostics
                    .over(result, "a field cannot hold an `impl Trait`: return the type itself, or a `Box<dyn Trait>`");
            }
            _ => {}
        }
    }
    if let Some(reference) = form.reference()
        && is_mut(reference)
    {
        diagnostics.over(
            reference,
            "a cached value is shared, so it cannot be returned as `&mut`: return `&`, and change the value through `get_mut` of the field",
        );
    }
}
