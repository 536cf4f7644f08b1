"""Which function binds which kind of node: the tables that the binder goes by."""

from __future__ import annotations

from policy_expressions.binder.arrays import bind_array, bind_implicit_array
from policy_expressions.binder.assignments import bind_assignment, bind_increment, bind_postfix
from policy_expressions.binder.conditions import bind_conditional
from policy_expressions.binder.core import Rules
from policy_expressions.binder.creation import bind_anonymous, bind_new, bind_tuple
from policy_expressions.binder.declarations import bind_local_declaration, bind_using
from policy_expressions.binder.indexers import bind_element_access
from policy_expressions.binder.invocations import bind_invocation
from policy_expressions.binder.lambdas import bind_lambda, bind_local_function
from policy_expressions.binder.loops import (
    bind_break,
    bind_continue,
    bind_do,
    bind_for,
    bind_foreach,
    bind_while,
)
from policy_expressions.binder.members import (
    bind_conditional_access,
    bind_member_access,
    bind_name,
    bind_nameof,
    bind_this,
    bind_type_name,
)
from policy_expressions.binder.operators import bind_binary, bind_prefix
from policy_expressions.binder.patterns import bind_as, bind_is
from policy_expressions.binder.statements import (
    bind_block,
    bind_checked_statement,
    bind_empty,
    bind_expression_statement,
    bind_if,
    bind_lock,
    bind_return,
)
from policy_expressions.binder.switches import bind_switch
from policy_expressions.binder.tries import bind_throw, bind_try
from policy_expressions.binder.values import (
    bind_await,
    bind_cast,
    bind_checked,
    bind_default,
    bind_interpolated,
    bind_literal,
    bind_null,
    bind_parenthesized,
    bind_sizeof,
    bind_throw_expression,
    bind_typeof,
)

RULES = Rules(
    expressions={
        "alias_qualified_name": bind_type_name,
        "anonymous_method_expression": bind_lambda,
        "anonymous_object_creation_expression": bind_anonymous,
        "array_creation_expression": bind_array,
        "as_expression": bind_as,
        "assignment_expression": bind_assignment,
        "await_expression": bind_await,
        "base_expression": bind_this,
        "binary_expression": bind_binary,
        "boolean_literal": bind_literal,
        "cast_expression": bind_cast,
        "character_literal": bind_literal,
        "checked_expression": bind_checked,
        "conditional_expression": bind_conditional,
        "default_expression": bind_default,
        "generic_name": bind_type_name,
        "identifier": bind_name,
        "implicit_array_creation_expression": bind_implicit_array,
        "increment": bind_increment,
        "interpolated_string_expression": bind_interpolated,
        "is_pattern_expression": bind_is,
        "lambda_expression": bind_lambda,
        "nameof_expression": bind_nameof,
        "null_literal": bind_null,
        "number_literal": bind_literal,
        "object_creation_expression": bind_new,
        "parenthesized_expression": bind_parenthesized,
        "postfix_unary_expression": bind_postfix,
        "predefined_type": bind_type_name,
        "prefix_unary_expression": bind_prefix,
        "sizeof_expression": bind_sizeof,
        "string_literal": bind_literal,
        "this_expression": bind_this,
        "throw_expression": bind_throw_expression,
        "tuple_expression": bind_tuple,
        "typeof_expression": bind_typeof,
        "verbatim_string_literal": bind_literal,
    },
    steps={
        "conditional_access_expression": bind_conditional_access,
        "element_access_expression": bind_element_access,
        "invocation_expression": bind_invocation,
        "member_access_expression": bind_member_access,
    },
    statements={
        "block": bind_block,
        "break_statement": bind_break,
        "checked_statement": bind_checked_statement,
        "continue_statement": bind_continue,
        "do_statement": bind_do,
        "empty_statement": bind_empty,
        "expression_statement": bind_expression_statement,
        "for_statement": bind_for,
        "foreach_statement": bind_foreach,
        "if_statement": bind_if,
        "local_declaration_statement": bind_local_declaration,
        "local_function_statement": bind_local_function,
        "lock_statement": bind_lock,
        "return_statement": bind_return,
        "switch_statement": bind_switch,
        "throw_statement": bind_throw,
        "try_statement": bind_try,
        "using_statement": bind_using,
        "while_statement": bind_while,
    },
)
