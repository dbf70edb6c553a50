//! An operation on the entry of some arguments: ask the store, run the body where it must run, hand the value in.
//!
//! All operations of a function, its call among them, go through *one* hidden function, the door, which is generic over the operation. So
//! rustc checks the key and the result once and not once per operation (measured: 8 ms of `cargo check` per function and not 15), and what it has to say
//! about them it says once. A function without a handle does all this in the wrapper; where the result is an `impl Trait`, which no
//! signature can name, each operation does it for itself.

use super::{Printer, Surface};
use crate::attributes::Attributes;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

/// What is known of an operation where its code is printed.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Nothing: the door serves all of them.
    Any,
    /// It is a call of the function, which `when` can keep from the cache.
    Call,
    /// It runs the body whatever is stored.
    Run,
    /// The store answers it alone, so it waits for nothing, also where the function is async.
    Question,
}

impl Printer<'_> {
    pub(super) fn has_door(&self) -> bool {
        !matches!(self.surface, Surface::Inline) && !self.model.is_opaque()
    }

    /// Does an operation. A question is answered at once; the code of others stands in a function that is `async` if the user's is.
    pub(super) fn enter(&self, kind: Kind, operation: &TokenStream) -> TokenStream {
        let (p, is_async) = (&self.p, self.model.is_async());
        match (self.has_door(), kind) {
            (true, Kind::Question) if is_async => {
                let future = self.through_the_door(operation);
                quote_spanned!(self.site=> #p::at_once(#future))
            }
            (true, _) => {
                let (answer, await_) = (self.through_the_door(operation), self.await_());
                quote!(#answer #await_)
            }
            (false, Kind::Question) if is_async => {
                let code = self.on_the_spot(kind, operation);
                quote_spanned!(self.site=> #p::at_once(async move { #code }))
            }
            (false, _) => self.on_the_spot(kind, operation),
        }
    }

    fn through_the_door(&self, operation: &TokenStream) -> TokenStream {
        let (door, arguments, turbofish) = (self.operation_path("__enter"), self.handed_on(), self.turbofish_and_one());
        let comma = (!arguments.is_empty()).then(|| quote!(,));
        self.vouched(quote_spanned!(self.site=> #door #turbofish (#arguments #comma #operation)))
    }

    fn on_the_spot(&self, kind: Kind, operation: &TokenStream) -> TokenStream {
        let (store, entry) = (self.store(), self.entry(kind));
        quote_spanned!(self.site=> let __store = #store; let __op = #operation; #entry)
    }

    /// The hidden function.
    pub(super) fn door(&self) -> TokenStream {
        let Attributes { both, expected, lints, cfg, .. } = &self.attributes;
        let (p, site, result, sig) = (&self.p, self.site, &self.model.result, &self.model.function.sig);
        let (name, op) = (self.operation("__enter"), Ident::new("__Op", site));
        let (asyncness, unsafety, bounds) = (&sig.asyncness, self.model.unsafety(), &sig.generics.where_clause);
        let mut params = sig.generics.params.clone();
        params.push(syn::parse_quote!(#op: #p::Operation<#result>));
        let inputs = self.plain_inputs_and(&quote_spanned!(site=> __op: #op));
        let (store, entry) = (self.store(), self.entry(Kind::Any));
        quote_spanned! {site=>
            #cfg #both #lints #expected #[doc(hidden)] #[inline]
            #[allow(clippy::used_underscore_binding, clippy::too_many_arguments)]
            #asyncness #unsafety fn #name<#params>(#inputs) -> #op::Answer #bounds {
                let __store = #store;
                #entry
            }
        }
    }

    /// The code of an operation, with `__store` and `__op` in scope. The body appears once, for it may hold items and closures of its own.
    fn entry(&self, kind: Kind) -> TokenStream {
        let (p, site) = (&self.p, self.site);
        let waits = self.model.is_async() && kind != Kind::Question;
        // Only the door serves `put`, which brings a value along.
        let write = self.write();
        let brings = write.clone().filter(|_| kind == Kind::Any).unwrap_or_else(|| quote_spanned!(site=> #p::as_is));
        let finish = write.map_or_else(
            || quote_spanned!(site=> __lead.finish(__value)),
            |write| quote_spanned!(site=> __lead.finish_with(__value, #write)),
        );
        let lead = if waits { self.lead_of_a_task(&brings) } else { self.lead_of_a_thread(&brings) };
        let calls = match kind {
            Kind::Any => Some(quote_spanned!(site=> __Op::CALLS &&)),
            Kind::Call => Some(TokenStream::new()),
            Kind::Run | Kind::Question => None,
        };
        let body = self.run();
        let body = if self.model.is_async() {
            // Boxed, so on a miss only: an async fn that calls itself, or another one that calls it back, has no size otherwise.
            quote_spanned!(site=> #p::Box::pin(#body))
        } else {
            body
        };
        let drive = |body: TokenStream| {
            if self.model.is_async() { quote_spanned!(site=> __lead.drive(#body).await) } else { body }
        };
        let (Some(when), Some(calls)) = (&self.model.options.cacheable.when, calls) else {
            let driven = drive(body);
            return quote_spanned! {site=>
                let __lead = #lead;
                let __value = #driven;
                #finish
            };
        };
        let (driven, await_) = (drive(quote_spanned!(site=> __body)), self.await_());
        quote_spanned! {site=>
            let __bypass = #calls { let __when: #p::bool = #when; !__when };
            let __lead = if __bypass { #p::bypassed(&__store); #p::Err(__op) } else { #p::Ok(#lead) };
            let __body = #body;
            match __lead {
                #p::Ok(__lead) => {
                    let __value = #driven;
                    #finish
                }
                #p::Err(__op) => {
                    let __value = __body #await_;
                    #p::Operation::answer(__op, __value)
                }
            }
        }
    }

    /// The lead, or the answer returned.
    fn lead_of_a_thread(&self, brings: &TokenStream) -> TokenStream {
        let p = &self.p;
        self.ask(&quote_spanned! {self.site=>
            match #p::Operation::enter(__op, &__store, __query, __keep, #brings) {
                #p::Entered::Done(__answer) => return __answer,
                #p::Entered::Run(__lead) => __lead,
                #p::Entered::Wait(__never) => match __never {},
            }
        })
    }

    fn lead_of_a_task(&self, brings: &TokenStream) -> TokenStream {
        let p = &self.p;
        let step = self.ask(&quote_spanned! {self.site=>
            match #p::Operation::enter_async(__op, &__store, __query, __keep, #brings, &mut __turn) {
                #p::Entered::Done(__answer) => return __answer,
                #p::Entered::Run(__lead) => break __lead,
                #p::Entered::Wait(__wait) => __wait,
            }
        });
        quote_spanned! {self.site=> {
            let mut __turn = #p::RetryState::new();
            let mut __op = __op;
            loop {
                let __wait = #step;
                match __wait.outcome(&mut __turn).await {
                    #p::Ok(__answer) => return __answer,
                    #p::Err(__again) => __op = __again,
                }
            }
        }}
    }

    fn await_(&self) -> Option<TokenStream> {
        self.model.is_async().then(|| quote_spanned!(self.site=> .await))
    }
}
