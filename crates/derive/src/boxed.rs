//! `#[boxed]`.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{
    Error, FnArg, ItemFn, Lifetime, Result, ReturnType, TypeReference, parse_quote,
    visit_mut::{self, VisitMut},
};

/// Names the lifetimes that a signature leaves out.
struct Named(Lifetime);

impl VisitMut for Named {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.get_or_insert_with(|| self.0.clone());
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.0.clone();
        }
    }
}

pub(crate) fn expand(mut function: ItemFn) -> Result<Tokens> {
    if function.sig.asyncness.take().is_none() {
        return Err(Error::new_spanned(&function.sig, "only an async fn is boxed"));
    }
    let lifetime: Lifetime = parse_quote!('boxed);
    let mut named = Named(lifetime.clone());
    for argument in &mut function.sig.inputs {
        match argument {
            FnArg::Typed(argument) => named.visit_type_mut(&mut argument.ty),
            FnArg::Receiver(this) => {
                if let Some((_, of)) = &mut this.reference {
                    of.get_or_insert_with(|| lifetime.clone());
                    named.visit_type_mut(&mut this.ty);
                }
            }
        }
    }
    let output = match &function.sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, output) => quote!(#output),
    };
    function.sig.generics.params.insert(0, parse_quote!('boxed));
    function.sig.output = parse_quote! {
        -> ::std::pin::Pin<::std::boxed::Box<
            dyn ::std::future::Future<Output = #output> + ::std::marker::Send + 'boxed
        >>
    };
    let ItemFn { attrs, vis, sig, block } = function;
    Ok(quote! {
        #(#attrs)* #vis #sig { ::std::boxed::Box::pin(async move #block) }
    })
}
