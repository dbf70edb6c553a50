//! The key of a call: which arguments count, how each is looked at, and what separates the instantiations of a generic function.

use super::Printer;
use crate::memoize::model::{Argument, Model};
use crate::memoize::scan;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ReceiverKind, Type};

/// How many components one tuple of a key holds.
const CHUNK: usize = 16;

impl Printer<'_> {
    /// `asked` with the borrowed key as `__query` and what of the result is kept as `__keep`. They live in this block and no longer, so
    /// that the arguments can be moved into the body and no future holds a borrow of them over an await.
    pub(super) fn ask(&self, asked: &TokenStream) -> TokenStream {
        let (imports, query, keep) = (self.choices(), self.query(), self.keep());
        quote_spanned!(self.site=> { #imports match (&#query, #keep) { (__query, __keep) => #asked } })
    }

    /// The traits among which method resolution chooses how an argument is looked at and what of a result is kept.
    fn choices(&self) -> TokenStream {
        let p = &self.p;
        quote_spanned! {self.site=>
            use #p::choices::*;
        }
    }

    /// What of the result is kept: as an option says, else as its type suggests; checked at the place of the return type.
    fn keep(&self) -> TokenStream {
        let (p, result, options) = (&self.p, &self.model.result, &self.model.options);
        let site = Model::site_of(result);
        if self.model.is_opaque() {
            return quote_spanned!(site=> #p::All);
        }
        let policy = if options.cacheable.skip_none {
            quote_spanned!(site=> #p::SomeOnly)
        } else if options.cacheable.cache_err {
            quote_spanned!(site=> #p::All)
        } else {
            quote_spanned!(site=> (&&&#p::Returns::<#result>::new()).__memokit_cacheable())
        };
        let scope = Ident::new(if options.storage.local { "OneThread" } else { "AcrossThreads" }, site);
        // The user's type stays out of the expression that is asked: a span over tokens of both of us would begin at the attribute.
        quote_spanned!(site=> match #p::check_cacheable::<#result, #p::#scope, _>(#policy) { __kept => (&&__kept).__memokit_fit() })
    }

    fn query(&self) -> TokenStream {
        let p = &self.p;
        let instance = self.instance();
        let components = self.components();
        let (arguments, shape) = (tuple(&components), self.shape(components.len()));
        quote_spanned!(self.site=> #p::query(#instance, #arguments, #shape))
    }

    /// `Single`, `Many`, `Chunk(Many)`, ..
    fn shape(&self, components: usize) -> TokenStream {
        let p = &self.p;
        match components {
            1 => quote_spanned!(self.site=> #p::Single),
            0..=CHUNK => quote_spanned!(self.site=> #p::Many),
            // What is left after the first chunk is a tuple, even if of one.
            _ => {
                let rest = self.shape(components.saturating_sub(CHUNK).max(2));
                quote_spanned!(self.site=> #p::Chunk(#rest))
            }
        }
    }

    /// What separates the instantiations. Methods cannot see the parameters of their impl; `Self` stands for them.
    fn instance(&self) -> TokenStream {
        let (p, model, key) = (&self.p, self.model, &self.model.options.key);
        if model.options.storage.field.is_some() {
            // The field's type is the instance.
            return quote!(());
        }
        let with_types = if key.key.is_some() { key.typed == Some(true) } else { key.typed != Some(false) };
        // Values, not types: `f::<3>()` and `f::<4>()` never share, unless the key says what counts.
        let with_consts = with_types || key.key.is_none();
        let mut types: Vec<TokenStream> = Vec::new();
        if model.is_method() {
            types.push(quote_spanned!(self.site=> Self));
        }
        if with_types {
            types.extend(model.type_params().into_iter().map(ToTokens::to_token_stream));
        }
        let mut parts: Vec<TokenStream> = Vec::new();
        match types.as_slice() {
            [] => {}
            [one] => parts.push(quote_spanned!(self.site=> #p::instance::<#one>())),
            // Behind pointers, for they may be unsized.
            several => parts.push(quote_spanned!(self.site=> #p::instance::<(#(*const #several,)*)>())),
        }
        if with_types {
            let opaque = model.arguments.iter().filter(|argument| argument.opaque && !argument.ignored);
            parts.extend(opaque.map(|Argument { name, .. }| quote_spanned!(self.site=> #p::instance_of(&#name))));
        }
        if with_consts {
            parts.extend(model.const_params().into_iter().map(ToTokens::to_token_stream));
        }
        tuple(&parts)
    }

    /// The bound components of the key.
    fn components(&self) -> Vec<TokenStream> {
        let (model, options) = (self.model, &self.model.options);
        if let Some(key) = &options.key.key {
            let site = Model::site_of(key);
            return vec![self.bind_value(site, &quote_spanned!(site=> (#key)))];
        }
        let mut components = Vec::new();
        if let Some(receiver) = &model.receiver
            && !model.receiver_ignored
            && options.storage.field.is_none()
        {
            let this = &receiver.self_token;
            let site = Model::site_of(receiver);
            components.push(match &receiver.kind {
                // `Rc<Self>`, `Pin<&Self>`: the value counts, not the pointer.
                ReceiverKind::Typed(_, ty) if !is_self(ty) => self.bind_value(site, &quote_spanned!(site=> &*#this)),
                _ => self.bind(site, &quote_spanned!(site=> &#this), false),
            });
        }
        for argument in model.arguments.iter().filter(|argument| !argument.ignored) {
            let name = &argument.name;
            let site = Model::site_of(&argument.ty);
            let untyped = options.key.typed == Some(false) && model.is_generic(argument);
            components.push(self.bind(site, &quote_spanned!(site=> &#name), untyped));
        }
        components
    }

    /// A component of the key by reference: its adapter chosen, and checked for a cache that threads share.
    fn bind(&self, site: Span, reference: &TokenStream, untyped: bool) -> TokenStream {
        let p = &self.p;
        let mut adapter = quote_spanned!(site=> (&&&&&#p::Probe(#reference)).__memokit_pick());
        if untyped {
            adapter = quote_spanned!(site=> #p::Untyped(#adapter));
        }
        let bound = quote_spanned!(site=> #p::bind(#adapter, #reference));
        if self.model.options.storage.local {
            return bound;
        }
        quote_spanned!(site=> match #bound { __bound => (&&__bound).__memokit_shared() })
    }

    /// As [`bind`](Self::bind) for an expression: a `match` evaluates it once and keeps what it borrows until the statement ends.
    fn bind_value(&self, site: Span, value: &TokenStream) -> TokenStream {
        let bound = self.bind(site, &quote_spanned!(site=> __key), false);
        quote_spanned!(site=> match &#value { __key => #bound })
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
