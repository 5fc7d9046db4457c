//! `#[derive(Record)]`: a struct as a row of a table, its fields as data.
//!
//! ```text
//! #[derive(Record)]
//! struct PartyInput {
//!     #[field(zh = "名称", filter, sort = "name_folded")]
//!     name: Line<200>,
//!     #[field(zh = "角色", json, terms = "role")]
//!     roles: Vec<PartyRole>,
//!     #[field(zh = "负责人", filter, to = User)]
//!     owner_id: Option<UserId>,
//! }
//! ```
//!
//! | in `#[field(…)]` | means |
//! | --- | --- |
//! | `zh = "…"` | the label in Chinese; the English one is the name in words |
//! | `filter` | lists can be narrowed by it |
//! | `sort`, `sort = "column"` | lists can be ordered by it, or by a column that stands for it |
//! | `json` | one JSON column |
//! | `money` | two columns, `…_minor` and `…_currency` |
//! | `terms = "parameter"` | each entry of the list is an index term that lists can be narrowed by |
//! | `to = Type` | names a record of that resource, which must exist and be visible |
//! | `hidden` | stored, never shown |
//! | `computed` | not stored: empty until the record is shown |
//! | `flatten` | the fields of the inner struct stand among those of the outer |
//!
//! A struct with the fields `meta: Meta<K>` and `input: I` also becomes `Parts`: the remaining
//! fields are derived values and start as their defaults.

mod boxed;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::{
    Data, DeriveInput, Error, Fields, GenericArgument, Ident, LitStr, PathArguments, Result, Type,
};

/// An `async fn` whose future is boxed, and so compiled where the function stands.
///
/// What a call of any other `async fn` waits for is compiled again in every unit of code that waits for it, here
/// a dozen in each crate: those that every resource goes through were a third of the program. Price: an allocation
/// for each call. A reference without a lifetime lives as long as the future.
#[proc_macro_attribute]
pub fn boxed(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let _ = syn::parse_macro_input!(arguments as syn::parse::Nothing);
    let item = syn::parse_macro_input!(item as syn::ItemFn);
    boxed::expand(item).unwrap_or_else(Error::into_compile_error).into()
}

/// See the crate.
#[proc_macro_derive(Record, attributes(field))]
pub fn record(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// One field of the struct with what its attribute says.
#[derive(Default)]
struct Spec {
    zh: Option<LitStr>,
    filter: bool,
    sort: Option<Option<LitStr>>,
    shape: Shape,
    terms: Option<LitStr>,
    target: Option<Type>,
    hidden: bool,
}

#[derive(Default, PartialEq)]
enum Shape {
    #[default]
    Plain,
    Json,
    Money,
    Computed,
    Flatten,
}

fn spec(field: &syn::Field) -> Result<Spec> {
    let mut spec = Spec::default();
    for attribute in field.attrs.iter().filter(|a| a.path().is_ident("field")) {
        attribute.parse_nested_meta(|meta| {
            let word = meta.path.require_ident()?.to_string();
            match word.as_str() {
                "zh" => spec.zh = Some(meta.value()?.parse()?),
                "filter" => spec.filter = true,
                "sort" => {
                    let column = if meta.input.peek(syn::Token![=]) {
                        Some(meta.value()?.parse()?)
                    } else {
                        None
                    };
                    spec.sort = Some(column);
                }
                "json" => spec.shape = Shape::Json,
                "money" => spec.shape = Shape::Money,
                "computed" => spec.shape = Shape::Computed,
                "flatten" => spec.shape = Shape::Flatten,
                "terms" => spec.terms = Some(meta.value()?.parse()?),
                "to" => spec.target = Some(meta.value()?.parse()?),
                "hidden" => spec.hidden = true,
                _ => return Err(meta.error("not a word of #[field]")),
            }
            Ok(())
        })?;
    }
    let labelled = !matches!(spec.shape, Shape::Flatten | Shape::Computed);
    if spec.zh.is_none() && !spec.hidden && labelled {
        return Err(Error::new_spanned(
            field,
            "a field needs a Chinese label: #[field(zh = \"…\")]",
        ));
    }
    Ok(spec)
}

fn expand(input: &DeriveInput) -> Result<Tokens> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(input, "only a struct is a record"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(input, "the fields need names"));
    };
    let name = &input.ident;
    let (mut describe, mut write, mut read, mut terms) = (vec![], vec![], vec![], vec![]);
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        let spec = spec(field)?;
        describe.push(describe_field(ident, &field.ty, &spec));
        let (w, r) = store_field(ident, &field.ty, &spec);
        write.push(w);
        read.push(r);
        if let Some(parameter) = &spec.terms {
            terms.push(quote!(::guanxi_storage::terms::collect(&self.#ident, #parameter, out);));
        } else if spec.shape == Shape::Flatten {
            terms.push(quote!(::guanxi_storage::Record::terms(&self.#ident, out);));
        }
    }
    let parts = parts(name, fields)?;
    Ok(quote! {
        #[automatically_derived]
        impl ::guanxi_storage::Record for #name {
            fn fields(out: &mut ::std::vec::Vec<::guanxi_storage::Field>) { #(#describe)* }

            fn write(&self, out: &mut ::std::vec::Vec<::guanxi_storage::expansion::Value>) { #(#write)* }

            fn read(
                row: &mut ::guanxi_storage::Cells<'_>,
            ) -> ::std::result::Result<Self, ::guanxi_storage::Error> {
                ::std::result::Result::Ok(Self { #(#read),* })
            }

            fn terms(&self, out: &mut ::std::vec::Vec<::guanxi_storage::terms::Term>) { #(#terms)* }
        }
        #parts
    })
}

fn columns(ident: &Ident, spec: &Spec) -> Vec<String> {
    match spec.shape {
        Shape::Money => vec![format!("{ident}_minor"), format!("{ident}_currency")],
        _ => vec![ident.to_string()],
    }
}

fn describe_field(ident: &Ident, ty: &Type, spec: &Spec) -> Tokens {
    if spec.shape == Shape::Flatten {
        return quote!(<#ty as ::guanxi_storage::Record>::fields(out););
    }
    if spec.shape == Shape::Computed {
        return Tokens::new();
    }
    let name = ident.to_string();
    let columns = columns(ident, spec);
    let zh = spec.zh.as_ref().map_or_else(String::new, LitStr::value);
    let (kind, nullable) = match spec.shape {
        Shape::Json => {
            (quote!(::guanxi_storage::expansion::kernel::scalar::Type::Json), quote!(false))
        }
        Shape::Money => (
            quote!(::guanxi_storage::expansion::kernel::scalar::Type::Money),
            quote!(<#ty as ::guanxi_storage::record::MoneyColumns>::NULLABLE),
        ),
        _ => (
            quote!(<#ty as ::guanxi_storage::expansion::kernel::scalar::Scalar>::TYPE),
            quote!(<#ty as ::guanxi_storage::expansion::kernel::scalar::Scalar>::NULLABLE),
        ),
    };
    let sort = match &spec.sort {
        None => quote!(::std::option::Option::None),
        Some(None) => quote!(::std::option::Option::Some(#name)),
        Some(Some(column)) => quote!(::std::option::Option::Some(#column)),
    };
    let terms = match &spec.terms {
        None => quote!(::std::option::Option::None),
        Some(parameter) => quote!(::std::option::Option::Some(
            ::guanxi_storage::terms::Index::of::<#ty>(#parameter)
        )),
    };
    let target = match &spec.target {
        None => quote!(::std::option::Option::None),
        Some(target) => {
            quote!(::std::option::Option::Some(<#target as ::guanxi_storage::Resource>::kind))
        }
    };
    let (filter, hidden) = (spec.filter, spec.hidden);
    quote! {
        out.push(::guanxi_storage::Field {
            name: #name,
            columns: &[#(#columns),*],
            kind: #kind,
            nullable: #nullable,
            zh: #zh,
            filter: #filter,
            sort: #sort,
            terms: #terms,
            target: #target,
            hidden: #hidden,
        });
    }
}

/// How a field goes into its columns and comes out of them.
fn store_field(ident: &Ident, ty: &Type, spec: &Spec) -> (Tokens, Tokens) {
    match spec.shape {
        Shape::Flatten => (
            quote!(::guanxi_storage::Record::write(&self.#ident, out);),
            quote!(#ident: <#ty as ::guanxi_storage::Record>::read(row)?),
        ),
        Shape::Json => (
            quote!(out.push(::guanxi_storage::record::json(&self.#ident));),
            quote!(#ident: row.next::<::guanxi_storage::expansion::Json<#ty>>()?.0),
        ),
        Shape::Money => (
            quote!(::guanxi_storage::record::MoneyColumns::write(&self.#ident, out);),
            quote!(#ident: <#ty as ::guanxi_storage::record::MoneyColumns>::read(row)?),
        ),
        Shape::Computed => (Tokens::new(), quote!(#ident: ::std::default::Default::default())),
        Shape::Plain => (
            quote!(out.push(::guanxi_storage::expansion::Value::from(self.#ident.clone()));),
            quote!(#ident: row.next::<#ty>()?),
        ),
    }
}

/// `Parts` for a struct that has `meta` and `input`.
fn parts(name: &Ident, fields: &syn::FieldsNamed) -> Result<Option<Tokens>> {
    let find =
        |wanted: &str| fields.named.iter().find(|f| f.ident.as_ref().is_some_and(|i| i == wanted));
    let (Some(meta), Some(input)) = (find("meta"), find("input")) else { return Ok(None) };
    let key = key(&meta.ty)?;
    let input = &input.ty;
    let (own_meta, own_input) = (format_ident!("meta"), format_ident!("input"));
    let derived = fields
        .named
        .iter()
        .filter_map(|f| f.ident.as_ref())
        .filter(|i| **i != own_meta && **i != own_input);
    Ok(Some(quote! {
        #[automatically_derived]
        impl ::guanxi_storage::kind::Parts for #name {
            type Key = #key;
            type Input = #input;

            fn assemble(meta: ::guanxi_storage::Meta<#key>, input: #input) -> Self {
                Self { meta, input, #(#derived: ::std::default::Default::default()),* }
            }

            fn meta(&self) -> &::guanxi_storage::Meta<#key> { &self.meta }

            fn meta_mut(&mut self) -> &mut ::guanxi_storage::Meta<#key> { &mut self.meta }

            fn input(&self) -> &#input { &self.input }

            fn input_mut(&mut self) -> &mut #input { &mut self.input }
        }
    }))
}

/// The `K` of `Meta<K>`.
fn key(ty: &Type) -> Result<&Type> {
    let wrong = || Error::new_spanned(ty, "`meta` is a `Meta<K>`");
    let Type::Path(path) = ty else { return Err(wrong()) };
    let last = path.path.segments.last().ok_or_else(wrong)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Err(wrong()) };
    match arguments.args.first() {
        Some(GenericArgument::Type(key)) => Ok(key),
        _ => Err(wrong()),
    }
}
