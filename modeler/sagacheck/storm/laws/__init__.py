"""The laws that an action of a saga has to keep, one function each; `registry` lists them."""
