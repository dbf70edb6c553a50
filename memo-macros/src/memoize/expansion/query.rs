//! The key of a call: which arguments count, how each is looked at, and what separates the instantiations of a generic function.

use super::Printer;
use crate::memoize::model::{Argument, Model};
use crate::memoize::scan;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ReceiverKind, Type};

/// How many components one tuple of a key holds.
const CHUNK: usize = 16;

impl Printer<'_> {
    /// Asks the store about this call: `p::op::<..>(&store, &query, keep, ..)`.
    pub(super) fn ask(&self, store: &TokenStream, op: &str, of: &TokenStream, more: &TokenStream) -> TokenStream {
        self.ask_and(store, op, of, more, |answer| answer)
    }

    /// As [`ask`](Self::ask), with something around the question. The borrowed key lives in this block and no longer, so that the
    /// arguments can be moved into the body and no future holds it over an await.
    pub(super) fn ask_and(
        &self,
        store: &TokenStream,
        op: &str,
        of: &TokenStream,
        more: &TokenStream,
        around: impl FnOnce(TokenStream) -> TokenStream,
    ) -> TokenStream {
        let (p, query, keep) = (&self.p, self.query(), self.keep());
        let op = proc_macro2::Ident::new(op, Model::site_of(&self.model.result));
        let asked = around(quote_spanned!(self.site=> #p::#op #of (&#store, &#query, #keep, #more)));
        quote_spanned! {self.site=> {
            use #p::{AutoFit1 as _, AutoFit2 as _, AutoKeep1 as _, AutoKeep2 as _, AutoKeep3 as _, AutoKey1 as _, AutoKey2 as _, AutoKey3 as _, AutoKey4 as _, AutoKey5 as _, AutoShare1 as _, AutoShare2 as _};
            #asked
        }}
    }

    /// What of the result is kept.
    pub(super) fn keep(&self) -> TokenStream {
        let (p, result, words) = (&self.p, &self.model.result, &self.model.words);
        let site = Model::site_of(result);
        if self.model.is_opaque() {
            return quote_spanned!(site=> #p::Whole);
        }
        let policy = if words.skip_none.is_some() {
            quote_spanned!(site=> #p::SomeOnly)
        } else if words.cache_err {
            quote_spanned!(site=> #p::Whole)
        } else {
            quote_spanned!(site=> (&&&#p::Returns::<#result>::new()).__memokit_keep())
        };
        // Asked once, in the same words at the same place by every operation: so a misfit is one error.
        let sharers = if words.local { quote_spanned!(site=> #p::Alone) } else { quote_spanned!(site=> #p::Threads) };
        quote_spanned!(site=> (&&#p::kept::<#result, #sharers, _>(#policy)).__memokit_fit())
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
        let (p, model, words) = (&self.p, self.model, &self.model.words);
        if words.field.is_some() {
            // The field's type is the instance.
            return quote!(());
        }
        let with_types = if words.key.is_some() { words.typed == Some(true) } else { words.typed != Some(false) };
        // Values, not types: `f::<3>()` and `f::<4>()` never share, unless the key says what counts.
        let with_consts = with_types || words.key.is_none();
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
        let (p, model, words) = (&self.p, self.model, &self.model.words);
        if let Some(key) = &words.key {
            let site = Model::site_of(key);
            // A `match` evaluates the expression once and keeps what it borrows until the statement ends.
            let bound = self.bound(site, &quote_spanned!(site=> __key));
            return vec![quote_spanned!(site=> match &(#key) { __key => #bound })];
        }
        let mut components = Vec::new();
        if let Some(receiver) = &model.receiver
            && !model.receiver_ignored
            && words.field.is_none()
        {
            let this = &receiver.self_token;
            let site = Model::site_of(receiver);
            components.push(match &receiver.kind {
                // `Rc<Self>`, `Pin<&Self>`: the value counts, not the pointer.
                ReceiverKind::Typed(_, ty) if !is_self(ty) => {
                    let bound = self.bound(site, &quote_spanned!(site=> __key));
                    quote_spanned!(site=> match &&*#this { __key => #bound })
                }
                _ => self.bound(site, &quote_spanned!(site=> &#this)),
            });
        }
        for argument in model.arguments.iter().filter(|argument| !argument.ignored) {
            let name = &argument.name;
            let site = Model::site_of(&argument.ty);
            components.push(if words.typed == Some(false) && model.is_generic(argument) {
                quote_spanned!(site=> #p::bind(#p::Untyped((&&&&&#p::Probe(&#name)).__memokit_pick()), &#name))
            } else {
                self.bound(site, &quote_spanned!(site=> &#name))
            });
        }
        components
    }

    /// One component, looked at in the way that its type offers. In a shared cache it is asked once whether threads may share it.
    fn bound(&self, site: Span, value: &TokenStream) -> TokenStream {
        let p = &self.p;
        let bound = quote_spanned!(site=> #p::bind((&&&&&#p::Probe(#value)).__memokit_pick(), #value));
        if self.model.words.local { bound } else { quote_spanned!(site=> (&&#bound).__memokit_shared()) }
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
