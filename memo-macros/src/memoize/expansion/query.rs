//! The key of a call: which arguments are part of it, how each is compared and stored, and what
//! distinguishes the instantiations of a generic function.

use super::MemoizePrinter;
use crate::diagnostics::located_at;
use crate::memoize::model::{Argument, Model};
use crate::memoize::scan;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ReceiverKind, Type};

/// How many components one tuple of a key holds.
const CHUNK: usize = 16;

impl MemoizePrinter<'_> {
    /// `code` with the borrowed key as `__query` and the rule for results as `__cacheable`. Both
    /// live only in this block, so that the arguments can then be moved into the body, and no
    /// future holds a borrow of them across an await.
    pub(super) fn with_query(&self, code: &TokenStream) -> TokenStream {
        let (imports, query, cacheable) = (self.selection_traits(), self.query(), self.cacheable());
        quote_spanned!(self.span=> { #imports match (&#query, #cacheable) { (__query, __cacheable) => #code } })
    }

    /// The traits among which method resolution (autoref specialisation) selects how an argument
    /// becomes a key, and which results are cached.
    fn selection_traits(&self) -> TokenStream {
        let p = &self.p;
        quote_spanned! {self.span=>
            use #p::choices::*;
        }
    }

    /// Which results are cached: by an option, else by the type. Errors are reported at the return
    /// type.
    fn cacheable(&self) -> TokenStream {
        let (p, result, options) = (&self.p, &self.model.result, &self.model.options);
        let span = Model::mixed_site_at(result);
        if self.model.is_opaque() {
            return quote_spanned!(span=> #p::All);
        }
        let policy = if options.skip_none {
            quote_spanned!(span=> (&&&#p::ReturnsOption::<#result>::new()).__memokit_cacheable())
        } else if options.cache_err {
            quote_spanned!(span=> #p::all_of_result::<#result>())
        } else {
            quote_spanned!(span=> (&&&#p::Returns::<#result>::new()).__memokit_cacheable())
        };
        let scope = Ident::new(if options.local { "OneThread" } else { "AcrossThreads" }, span);
        // The user's type stays out of the expression that is checked: a span over tokens of the
        // user and of the expansion would begin at the attribute.
        quote_spanned!(span=> match #p::check_cacheable::<#result, #p::#scope, _>(#policy) { __checked => (&&__checked).__memokit_fit() })
    }

    fn query(&self) -> TokenStream {
        let p = &self.p;
        let instantiation = self.instantiation();
        let components = self.components();
        let arguments = tuple(&components);
        let mut shape = self.shape(components.len());
        if self.model.options.field.is_some() {
            let name = self.model.name().to_string();
            shape = quote_spanned!(self.span=> #p::OfMethod::<{ #p::method_id(#p::file!(), #p::line!(), #p::column!(), #name) }, _>(#shape));
        }
        quote_spanned!(self.span=> #p::query(#instantiation, #arguments, #shape))
    }

    /// `Single`, `Many`, `Chunk(Many)`, ..
    fn shape(&self, components: usize) -> TokenStream {
        let p = &self.p;
        match components {
            1 => quote_spanned!(self.span=> #p::Single),
            0..=CHUNK => quote_spanned!(self.span=> #p::Many),
            // The rest after the first chunk is a tuple, even of one.
            _ => {
                let rest = self.shape(components.saturating_sub(CHUNK).max(2));
                quote_spanned!(self.span=> #p::Chunk(#rest))
            }
        }
    }

    /// What distinguishes the instantiations. The parameters of a method's `impl` are unknown here;
    /// `Self` stands for them.
    fn instantiation(&self) -> TokenStream {
        let (p, model, options) = (&self.p, self.model, &self.model.options);
        if options.field.is_some() {
            // Each instantiation has its own field.
            return quote!(());
        }
        let with_types = if options.key.is_some() { options.typed == Some(true) } else { options.typed != Some(false) };
        // Values, not types: `f::<3>()` and `f::<4>()` share no entry, unless `key` says so.
        let with_consts = with_types || options.key.is_none();
        let mut types: Vec<TokenStream> = Vec::new();
        if model.is_method() {
            types.push(quote_spanned!(self.span=> Self));
        }
        if with_types {
            let kept = model.type_params().into_iter().filter(|parameter| !model.is_ignored(parameter));
            types.extend(kept.map(ToTokens::to_token_stream));
        }
        let mut parts: Vec<TokenStream> = Vec::new();
        match types.as_slice() {
            [] => {}
            [one] => parts.push(quote_spanned!(self.span=> #p::instantiation::<#one>())),
            // Behind pointers, since they may be unsized.
            several => parts.push(quote_spanned!(self.span=> #p::instantiation::<(#(*const #several,)*)>())),
        }
        if with_types {
            let opaque = model.arguments.iter().filter(|argument| argument.opaque && !argument.ignored);
            parts.extend(opaque.map(|Argument { name, .. }| quote_spanned!(self.span=> #p::instantiation_of(&#name))));
        }
        if with_consts {
            let kept = model.const_params().into_iter().filter(|parameter| !model.is_ignored(parameter));
            parts.extend(kept.map(ToTokens::to_token_stream));
        }
        tuple(&parts)
    }

    /// The components of the key.
    fn components(&self) -> Vec<TokenStream> {
        let (model, options) = (self.model, &self.model.options);
        if let Some(key) = &options.key {
            let span = Model::mixed_site_at(key);
            return vec![self.bind_value(span, &quote_spanned!(span=> (#key)))];
        }
        let mut components = Vec::new();
        if let Some(receiver) = &model.receiver
            && !model.receiver_ignored
            && options.field.is_none()
        {
            let this = &receiver.self_token;
            let span = Model::mixed_site_at(receiver);
            components.push(match &receiver.kind {
                // `Rc<Self>`, `Pin<&Self>`: the key is the value, not the pointer.
                ReceiverKind::Typed(_, ty) if !is_self(ty) => self.bind_value(span, &quote_spanned!(span=> &*#this)),
                ReceiverKind::Reference(..) => self.adapt(span, &quote_spanned!(span=> &#this), "Referenced", false),
                _ => self.adapt(span, &quote_spanned!(span=> &#this), "Parameter", false),
            });
        }
        for argument in model.arguments.iter().filter(|argument| !argument.ignored) {
            let name = &argument.name;
            let span = Model::mixed_site_at(&argument.ty);
            let generic = model.is_generic(argument);
            let made_of = match scan::ungrouped(&argument.ty) {
                _ if !generic => "Concrete",
                Type::Reference(_) => "Referenced",
                _ => "Parameter",
            };
            let untyped = options.typed == Some(false) && generic;
            components.push(self.adapt(span, &quote_spanned!(span=> &#name), made_of, untyped));
        }
        components
    }

    /// A component of the key, by reference: selects its adapter and, if threads share the cache,
    /// checks that its stored form is `Send` and `Sync`. `made_of` is what its type is made of.
    fn adapt(&self, span: Span, reference: &TokenStream, made_of: &str, untyped: bool) -> TokenStream {
        // All of it at one place, as rustc may point to any part.
        let p = located_at(span, self.p.clone());
        // In the cache of one thread a type parameter needs no more than other types.
        let made_of = Ident::new(if self.model.options.local { "Concrete" } else { made_of }, span);
        let mut adapter = quote_spanned!(span=> (&&&&&#p::Pick(#p::#made_of, #reference)).__memokit_pick());
        if untyped {
            adapter = quote_spanned!(span=> #p::Untyped(#adapter));
        }
        let bound = quote_spanned!(span=> #p::adapt(#adapter, #reference));
        if self.model.options.local {
            return bound;
        }
        quote_spanned!(span=> match #bound { __bound => (&&__bound).__memokit_shared() })
    }

    /// As [`adapt`](Self::adapt), for an expression: `match` evaluates it once, and its temporaries
    /// live until the end of the statement.
    fn bind_value(&self, span: Span, value: &TokenStream) -> TokenStream {
        let bound = self.adapt(span, &quote_spanned!(span=> __key), "Concrete", false);
        quote_spanned!(span=> match &#value { __key => #bound })
    }
}

/// A tuple, in chunks if it is long: `((a, .., p), (q, r))`.
fn tuple(parts: &[TokenStream]) -> TokenStream {
    if parts.len() <= CHUNK {
        return quote!((#(#parts,)*));
    }
    let (first, rest) = parts.split_at(CHUNK);
    let rest = tuple(rest);
    quote!(((#(#first,)*), #rest))
}

/// `Self` and nothing around it.
fn is_self(ty: &Type) -> bool {
    matches!(scan::ungrouped(ty), Type::Path(path) if path.path.is_ident("Self"))
}
