//! Every attribute where all opt-in lints are denied, of rustc and of clippy.
//!
//! The list is fixed, so that a new compiler does not fail it: clippy's restriction lints and the
//! lints of rustc that are off by default, as of 1.95. Left out are:
//!
//! - `implicit_return`, which contradicts `needless_return`; [`explicit`] is in that style.
//! - `arbitrary_source_item_ordering`, which is about the order in this file.
//! - `blanket_clippy_restriction_lints`, `clippy::cargo` and `unused_crate_dependencies`, which are
//!   about lint lists and manifests; `non_ascii_idents`, which is for whole crates.
//! - Lints of unstable features.
#![deny(
    absolute_paths_not_starting_with_crate,
    ambiguous_negative_literals,
    closure_returning_async_block,
    deprecated_in_future,
    deprecated_safe_2024,
    deref_into_dyn_supertrait,
    edition_2024_expr_fragment_specifier,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    ffi_unwind_calls,
    if_let_rescope,
    impl_trait_overcaptures,
    impl_trait_redundant_captures,
    keyword_idents_2018,
    keyword_idents_2024,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    missing_unsafe_on_extern,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    tail_expr_drop_order,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unsafe_attr_outside_unsafe,
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
#![deny(
    clippy::absolute_paths,
    clippy::as_conversions,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::alloc_instead_of_core,
    clippy::question_mark_used,
    clippy::pattern_type_mismatch,
    clippy::missing_trait_methods,
    clippy::pub_without_shorthand,
    clippy::mod_module_files,
    clippy::self_named_module_files,
    clippy::pub_with_shorthand,
    clippy::semicolon_inside_block,
    clippy::semicolon_outside_block,
    clippy::unseparated_literal_suffix,
    clippy::separated_literal_suffix,
    clippy::inline_asm_x86_att_syntax,
    clippy::inline_asm_x86_intel_syntax,
    clippy::assertions_on_result_states,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::as_pointer_underscore,
    clippy::as_underscore,
    clippy::fn_to_numeric_cast_any,
    clippy::cfg_not_test,
    clippy::cognitive_complexity,
    clippy::create_dir,
    clippy::dbg_macro,
    clippy::default_numeric_fallback,
    clippy::default_union_representation,
    clippy::disallowed_script_idents,
    clippy::doc_include_without_cfg,
    clippy::doc_paragraphs_missing_punctuation,
    clippy::unnecessary_safety_doc,
    clippy::mem_forget,
    clippy::else_if_without_else,
    clippy::empty_drop,
    clippy::empty_enum_variants_with_brackets,
    clippy::empty_structs_with_brackets,
    clippy::big_endian_bytes,
    clippy::host_endian_bytes,
    clippy::little_endian_bytes,
    clippy::error_impl_error,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::exit,
    clippy::field_scoped_visibility_modifiers,
    clippy::lossy_float_literal,
    clippy::pointer_format,
    clippy::impl_trait_in_params,
    clippy::renamed_function_params,
    clippy::if_then_some_else_none,
    clippy::indexing_slicing,
    clippy::multiple_inherent_impl,
    clippy::module_name_repetitions,
    clippy::iter_over_hash_type,
    clippy::large_include_file,
    clippy::let_underscore_must_use,
    clippy::let_underscore_untyped,
    clippy::decimal_literal_representation,
    clippy::infinite_loop,
    clippy::rest_pat_in_fully_bound_structs,
    clippy::try_err,
    clippy::wildcard_enum_match_arm,
    clippy::clone_on_ref_ptr,
    clippy::expect_used,
    clippy::filetype_is_file,
    clippy::get_unwrap,
    clippy::map_err_ignore,
    clippy::map_with_unused_argument_over_ranges,
    clippy::return_and_then,
    clippy::string_lit_chars_any,
    clippy::unwrap_used,
    clippy::verbose_file_reads,
    clippy::min_ident_chars,
    clippy::unneeded_field_pattern,
    clippy::missing_assert_message,
    clippy::missing_asserts_for_indexing,
    clippy::missing_docs_in_private_items,
    clippy::missing_inline_in_public_items,
    clippy::mixed_read_write_in_expression,
    clippy::multiple_unsafe_ops_per_block,
    clippy::mutex_atomic,
    clippy::mutex_integer,
    clippy::non_zero_suggestions,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::float_cmp_const,
    clippy::integer_division,
    clippy::integer_division_remainder_used,
    clippy::modulo_arithmetic,
    clippy::panic_in_result_fn,
    clippy::panic,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::partial_pub_fields,
    clippy::pathbuf_init_then_push,
    clippy::precedence_bits,
    clippy::pub_use,
    clippy::needless_raw_strings,
    clippy::deref_by_slicing,
    clippy::redundant_test_prefix,
    clippy::redundant_type_annotations,
    clippy::ref_patterns,
    clippy::same_name_method,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::single_call_fn,
    clippy::single_char_lifetime_names,
    clippy::str_to_string,
    clippy::string_add,
    clippy::string_slice,
    clippy::suspicious_xor_used_as_pow,
    clippy::tests_outside_test_module,
    clippy::rc_buffer,
    clippy::rc_mutex,
    clippy::undocumented_unsafe_blocks,
    clippy::unnecessary_safety_comment,
    clippy::non_ascii_literal,
    clippy::unnecessary_self_imports,
    clippy::unused_result_ok,
    clippy::unused_trait_names,
    clippy::unwrap_in_result,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::use_debug
)]

use core::future::ready;
use core::iter::repeat_n;
use core::num::ParseIntError;
use core::time::Duration;

use memokit::{Key, Lazy, Memo, SharedKey, cached_field, memoize};

/// A free function.
#[memoize]
#[must_use]
#[inline]
pub fn plain(number: u64) -> u64 {
    number.wrapping_add(1)
}

/// An async function.
#[memoize(lru = 10, ttl = "1h")]
#[inline]
pub async fn later(text: &str) -> usize {
    ready(text.len()).await
}

/// A fallible function, with a key, a condition and closures.
///
/// # Errors
///
/// If the text is no number.
#[memoize(
    max = 10,
    key = text.len(),
    when = !text.is_empty(),
    keep_if = Result::is_ok,
    ttl = |_key, _value| Duration::from_secs(1)
)]
#[inline]
pub fn parsed(text: &str) -> Result<u32, ParseIntError> {
    text.parse()
}

/// A generic function.
#[memoize(ignore(log))]
#[must_use]
#[inline]
pub fn generic<Item: SharedKey, const SIZE: usize>(item: &Item, log: bool) -> usize {
    size_of_val(item).wrapping_add(SIZE).wrapping_add(usize::from(log))
}

/// Arguments in patterns.
#[memoize(local)]
#[must_use]
#[inline]
pub fn patterns((left, right): (u32, u32), mut sum: u32) -> u32 {
    sum = sum.wrapping_add(left);
    sum.wrapping_add(right)
}

/// Without operations.
#[memoize(handle = false, fifo = 8, idle = "1m")]
#[must_use]
#[inline]
pub fn bare(text: &str) -> usize {
    text.len()
}

/// An iterator.
#[memoize]
#[inline]
pub fn opaque(text: &str) -> impl Iterator<Item = usize> + Clone + Send + Sync {
    repeat_n(text.len(), 2)
}

/// A shape.
pub trait Shape {
    /// Its area.
    fn area(&self) -> u64;

    /// Its name.
    fn name(&self, prefix: &str) -> String;
}

/// A square with caches.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Square {
    /// The number of calls.
    lengths: Memo<(u64,), u64>,
    /// The double.
    double: Lazy<u64, (u64,)>,
    /// The half.
    half: Lazy<u64>,
    /// The root.
    root: Lazy<String>,
    /// The side.
    side: u64,
}

impl Square {
    /// The double.
    #[cached_field(deps(side), stats)]
    #[must_use]
    #[inline]
    pub fn double(&self) -> u64 {
        self.side.wrapping_mul(2)
    }

    /// The half.
    #[cached_field]
    #[must_use]
    #[inline]
    pub fn half(&self) -> &u64 {
        self.side.wrapping_div(2)
    }

    /// A length.
    #[memoize(in = self.lengths)]
    #[must_use]
    #[inline]
    pub fn length(&self, factor: u64) -> u64 {
        self.side.wrapping_mul(factor)
    }

    /// The root, later.
    #[cached_field]
    #[inline]
    pub async fn root(&self) -> String {
        ready(self.side.to_string()).await
    }

    /// An associated function.
    #[memoize(assoc)]
    #[must_use]
    #[inline]
    pub fn unit(factor: u64) -> u64 {
        factor
    }
}

#[memoize]
impl Shape for Square {
    #[memoize]
    #[inline]
    fn area(&self) -> u64 {
        self.side.wrapping_mul(self.side)
    }

    #[memoize(lru = 3)]
    #[inline]
    fn name(&self, prefix: &str) -> String {
        prefix.repeat(2)
    }
}

/// A key with lifetimes and parameters.
#[derive(Debug, Clone, Copy, Key)]
#[non_exhaustive]
pub struct Point<'text, Unit> {
    /// Its name.
    pub label: &'text str,
    /// Its unit.
    pub unit: Unit,
    /// Its place.
    pub place: f64,
}

/// A key with variants.
#[derive(Debug, Clone, Copy, Key)]
#[non_exhaustive]
pub enum Figure {
    /// With a radius.
    Circle(f64),
    /// With nothing.
    Nothing,
    /// With sides.
    Square {
        /// The side.
        side: u32,
    },
}

/// A function of derived keys.
#[memoize]
#[must_use]
#[inline]
pub fn derived(point: &Point<'_, u8>, figure: Figure) -> usize {
    match figure {
        Figure::Circle(_) | Figure::Nothing => point.label.len(),
        Figure::Square { side } => usize::try_from(side).unwrap_or_default(),
    }
}

/// In the style of `implicit_return`.
pub mod explicit {
    #![deny(clippy::implicit_return)]
    #![allow(clippy::needless_return, reason = "one of the two styles")]

    use memokit::{Key, Lazy, cached_field, memoize};

    /// A free function.
    #[memoize(lru = 10)]
    #[must_use]
    #[inline]
    pub fn plain(number: u64) -> u64 {
        return number.wrapping_add(1);
    }

    /// Without operations.
    #[memoize(handle = false)]
    #[must_use]
    #[inline]
    pub fn bare(number: u64) -> u64 {
        return number.wrapping_add(1);
    }

    /// A key with a cached property.
    #[derive(Debug, Default, Key)]
    #[non_exhaustive]
    pub struct Square {
        /// The area.
        #[key(skip)]
        area: Lazy<u64, (u64,)>,
        /// The side.
        side: u64,
    }

    impl Square {
        /// The area.
        #[cached_field(deps(side))]
        #[must_use]
        #[inline]
        pub fn area(&self) -> u64 {
            return self.side.wrapping_mul(self.side);
        }

        /// The circumference.
        #[memoize]
        #[must_use]
        #[inline]
        pub fn circumference(&self, factor: u64) -> u64 {
            return self.side.wrapping_mul(factor);
        }
    }
}
