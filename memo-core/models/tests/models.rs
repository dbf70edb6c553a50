//! One test for each model.

macro_rules! test {
    ($($group:ident { $($model:ident)* })*) => { $(
        mod $group {
            $(
                #[test]
                fn $model() {
                    memo_models::$model();
                }
            )*
        }
    )* };
}
memo_models::each_model!(test);
