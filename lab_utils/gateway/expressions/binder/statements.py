"""Statements. A bound statement returns None when it ends normally, else a signal:
BREAK, CONTINUE, or a tuple of one item, the value returned.
"""

from __future__ import annotations

from typing import Any, Optional

from lab_utils.gateway.expressions.binder.core import (
    Binder,
    Expr,
    Frame,
    Runner,
    State,
    merge,
    statement,
)
from lab_utils.gateway.expressions.binder.lambdas import LocalFunction
from lab_utils.gateway.expressions.binder.members import bind_access
from lab_utils.gateway.expressions.binder.objects import array_of
from lab_utils.gateway.expressions.binder.operators import branches
from lab_utils.gateway.expressions.binder.patterns import bind_pattern
from lab_utils.gateway.expressions.containers import walk
from lab_utils.gateway.expressions.conversions import cast, is_instance, to_type
from lab_utils.gateway.expressions.failures import (
    CompileError,
    Exceeded,
    ExpressionFailure,
    UnsupportedError,
    null_reference,
)
from lab_utils.gateway.expressions.library import BOOL, ENUMERABLE, EXCEPTION, LIBRARY, OBJECT, VOID
from lab_utils.gateway.expressions.syntax import ONLY_CALLS, Node, field
from lab_utils.gateway.expressions.types import Type

BREAK, CONTINUE = object(), object()
_ACTIONS = (
    "assignment_expression",
    "invocation_expression",
    "postfix_unary_expression",
    "conditional_access_expression",
    "object_creation_expression",
    "await_expression",
)


@statement("block")
def bind_block(binder: Binder, node: Node) -> Runner:
    """Bind `{ ... }`: local functions are known in all of it."""
    binder.scopes.append({})
    for child in node.children:
        if child.kind == "local_function_statement":
            binder.scopes[-1][child["name"].text] = LocalFunction(binder, child)
    found = sequence([binder.bind_statement(child) for child in node.children])
    binder.scopes.pop()
    return found


def sequence(steps: list[Runner]) -> Runner:
    """Run steps in order until one gives a signal."""
    if len(steps) == 1:
        return steps[0]

    def run(f: Frame) -> Any:
        for step in steps:
            signal = step(f)
            if signal is not None:
                return signal
        return None

    return run


@statement("empty_statement")
def bind_empty(binder: Binder, node: Node) -> Runner:
    """Bind `;`."""
    return lambda f: None


@statement("expression_statement")
def bind_expression_statement(binder: Binder, node: Node) -> Runner:
    """Bind a call, an assignment or an increment as a statement."""
    inner = node.children[0]
    is_increment = inner.kind == "prefix_unary_expression" and inner.tokens[0] in ("++", "--")
    if inner.kind not in _ACTIONS and not is_increment:
        raise CompileError("CS0201", ONLY_CALLS)
    run = binder.bind(inner).run

    def act(f: Frame) -> None:
        run(f)

    return act


@statement("local_declaration_statement", "variable_declaration")
def bind_declaration(binder: Binder, node: Node) -> Runner:
    """Bind `int a = 1, b;`, `var x = ...`, `const int k = 5;`."""
    if "using" in node.tokens or any(c.text == "using" for c in node.children):
        node = node.children[-1]
    is_const = any(child.kind == "modifier" and child.text == "const" for child in node.children)
    listed = node.only("variable_declaration") or node
    of_node = listed["type"]
    of = None if of_node.kind == "implicit_type" else binder.type(of_node)
    found = []
    for declarator in listed.children:
        if declarator.kind == "variable_declarator":
            found.append(_declarator(binder, declarator, of, is_const))
    return sequence(found)


def _declarator(binder: Binder, node: Node, of: Optional[Type], is_const: bool) -> Runner:
    if node.only("tuple_pattern") or node.get("name") is None:
        raise UnsupportedError("deconstruction", "declare one variable at a time")
    name = node["name"].text
    rest = [child for child in node.children if child is not node["name"]]
    if not rest:
        if of is None:
            raise CompileError("CS0818", "Implicitly-typed variables must be initialized")
        slot = binder.declare(name, of, assigned=False).slot
        default = LIBRARY.default(of)

        def prepare(f: Frame) -> None:
            f[slot] = [default]

        return prepare
    if of is not None and rest[-1].kind == "initializer_expression":
        value = array_of(binder, of, rest[-1])
    else:
        value = binder.value(rest[-1])
    if of is None:
        of = value.value_type
    value_expr = to_type(value, of)
    if is_const:
        binder.declare(name, of, value=value_expr.constant)
        return lambda f: None
    local = binder.declare(name, of)
    local.names = value.names
    return _set(local.slot, value_expr.run)


def _set(slot: int, run: Runner) -> Runner:
    def store(f: Frame) -> None:
        f[slot] = [run(f)]

    return store


@statement("return_statement")
def bind_return(binder: Binder, node: Node) -> Runner:
    """Bind `return x;`: converted to what the function returns."""
    function = binder.functions[-1]
    if not node.children:
        if function.returns is not None and function.returns is not VOID:
            text = f"An object of a type convertible to '{function.returns}' is required"
            raise CompileError("CS0126", text)
        binder.state = None
        return lambda f: (None,)
    value = binder.value(node.children[0])
    if function.returns is not None and function.returns is not VOID:
        value = to_type(value, function.returns)
    function.results.append(value)
    binder.state = None
    run = value.run
    return lambda f: (run(f),)


@statement("if_statement")
def bind_if(binder: Binder, node: Node) -> Runner:
    """Bind `if` and `else`; variables of the condition live on in the block around it."""
    test = to_type(binder.value(node["condition"]), BOOL)
    when_true, when_false = branches(binder, test)
    binder.state = when_true
    yes = binder.bind_statement(node["consequence"])
    after, binder.state = binder.state, when_false
    otherwise = node.get("alternative")
    no = binder.bind_statement(otherwise) if otherwise else None
    binder.state = merge(after, binder.state)
    condition = test.run
    if no is None:
        return lambda f: yes(f) if condition(f) else None
    other = no
    return lambda f: yes(f) if condition(f) else other(f)


def _loop(
    binder: Binder, node: Node, test: Optional[Node], update: list[Node], first: bool
) -> Runner:
    """Bind the turning part of `while`, `do` and `for`."""
    condition: Runner = lambda f: True  # noqa: E731
    after: State = None
    if test is not None and not first:
        bound = to_type(binder.value(test), BOOL)
        condition = bound.run
        binder.state, after = branches(binder, bound)
    binder.breaks.append([])
    body = binder.bind_statement(node)
    if test is not None and first:
        bound = to_type(binder.value(test), BOOL)
        condition = bound.run
        after = branches(binder, bound)[1]
    steps = [binder.value(step).run for step in update]
    for state in binder.breaks.pop():
        after = merge(after, state)
    binder.state = after

    def run(f: Frame) -> Any:
        clock = f[0].step
        if not first and not condition(f):
            return None
        while True:
            clock()
            signal = body(f)
            if signal is not None and signal is not CONTINUE:
                return None if signal is BREAK else signal
            for step in steps:
                step(f)
            if not condition(f):
                return None

    return run


@statement("while_statement")
def bind_while(binder: Binder, node: Node) -> Runner:
    """Bind `while`."""
    test, body = node.children
    return _loop(binder, body, test, [], first=False)


@statement("do_statement")
def bind_do(binder: Binder, node: Node) -> Runner:
    """Bind `do ... while`."""
    body, test = node.children
    return _loop(binder, body, test, [], first=True)


@statement("for_statement")
def bind_for(binder: Binder, node: Node) -> Runner:
    """Bind `for`: its variables are shared by all turns."""
    binder.scopes.append({})
    steps = []
    for start in node.all("initializer"):
        if start.kind == "variable_declaration":
            steps.append(bind_declaration(binder, start))
        else:
            steps.append(_ignored(binder.value(start).run))
    loop = _loop(binder, node["body"], node.get("condition"), node.all("update"), first=False)
    binder.scopes.pop()
    return sequence([*steps, loop])


def _ignored(run: Runner) -> Runner:
    def act(f: Frame) -> None:
        run(f)

    return act


@statement("foreach_statement")
def bind_foreach(binder: Binder, node: Node) -> Runner:
    """Bind `foreach`: each turn has a fresh variable."""
    source = binder.value(node["right"])
    item, start = _items(source)
    binder.scopes.append({})
    before = binder.state
    left, of_node = node["left"], node.get("type")
    if left.kind == "tuple_pattern":
        assign = _deconstruct(binder, left, item)
    else:
        of = binder.type(of_node) if of_node and of_node.kind != "implicit_type" else item
        cell: list[Any] = [None]
        change = cast(Expr(item, lambda f: cell[0]), of, None).run
        slot = binder.declare(left.text, of).slot

        def assign(f: Frame, value: Any) -> None:
            cell[0] = value
            f[slot] = [change(f)]

    binder.breaks.append([])
    body = binder.bind_statement(node["body"])
    binder.breaks.pop()
    binder.state = before
    binder.scopes.pop()
    run = source.run

    def loop(f: Frame) -> Any:
        items = run(f)
        if items is None:
            raise null_reference()
        clock = f[0].step
        for value in start(items):
            clock()
            assign(f, value)
            signal = body(f)
            if signal is not None and signal is not CONTINUE:
                return None if signal is BREAK else signal
        return None

    return loop


def _items(source: Expr) -> tuple[Type, Any]:
    """Return what a foreach walks over: the type of its items and how the walk starts."""
    for of in LIBRARY.ancestors(source.value_type):
        own = of.definition.named("GetEnumerator")
        if own:
            return LIBRARY.resolve(own[0].returns, LIBRARY.scope(of)), own[0].implementation
    sequence_type = LIBRARY.as_definition(source.value_type, ENUMERABLE.definition)
    if sequence_type is not None:
        return sequence_type.element, walk
    if LIBRARY.derives(source.value_type, LIBRARY.type("IEnumerable")):
        return OBJECT, walk
    raise CompileError(
        "CS1579",
        f"foreach statement cannot operate on variables of type '{source.type}' because "
        f"'{source.type}' does not contain a public instance definition for 'GetEnumerator'",
    )


def _deconstruct(binder: Binder, node: Node, item: Type) -> Any:
    """Bind `var (k, v)` over items that have Key and Value."""
    cell: list[Any] = [None]
    names = [child.text for child in node.children]
    if len(names) != 2 or item.definition.name != "KeyValuePair":
        raise UnsupportedError("deconstruction", "only (key, value) of a dictionary is supported")
    target = Expr(item, lambda f: cell[0])
    parts = []
    for name, member in zip(names, ("Key", "Value")):
        syntax = Node("identifier", member, node.line, (), ())
        value = bind_access(binder, target, field(syntax))
        parts.append(_set(binder.declare(name, value.value_type).slot, value.run))

    def assign(f: Frame, value: Any) -> None:
        cell[0] = value
        for part in parts:
            part(f)

    return assign


@statement("break_statement")
def bind_break(binder: Binder, node: Node) -> Runner:
    """Bind `break`."""
    if not binder.breaks:
        raise CompileError("CS0139", "No enclosing loop out of which to break or continue")
    binder.breaks[-1].append(binder.state)
    binder.state = None
    return lambda f: BREAK


@statement("continue_statement")
def bind_continue(binder: Binder, node: Node) -> Runner:
    """Bind `continue`."""
    binder.state = None
    return lambda f: CONTINUE


@statement("switch_statement")
def bind_switch(binder: Binder, node: Node) -> Runner:
    """Bind `switch` with constants, types and guards; no section may fall into the next."""
    subject = binder.value(node["value"])
    binder.scopes.append({})
    binder.breaks.append([])
    before = binder.state
    sections: list[tuple[list[Any], Runner]] = []
    default: Optional[Runner] = None
    labels: list[Any] = []
    has_default = waiting_default = False
    for section in node["body"].children:
        binder.state = before
        statements, label = [], ""
        if "default" in section.tokens:
            has_default = waiting_default = True
            label = "default:"
        guard = section.only("when_clause")
        for child in section.children:
            if child.kind.endswith("pattern") or child.kind == "discard":
                test = bind_pattern(binder, child, subject.value_type)
                when = to_type(binder.value(guard.children[0]), BOOL).run if guard else None
                labels.append((test, when))
                label = f"case {child.text}:"
            elif child is not guard:
                statements.append(child)
        if not statements and section is not node["body"].children[-1]:
            continue
        run = sequence([binder.bind_statement(child) for child in statements])
        if binder.state is not None:
            final = section is node["body"].children[-1]
            verb = "fall out of switch from final" if final else "fall through from one"
            code = "CS8070" if final else "CS0163"
            tail = "" if final else " to another"
            raise CompileError(code, f"Control cannot {verb} case label ('{label}'){tail}")
        sections.append((labels, run))
        if waiting_default:
            default, waiting_default = run, False
        labels = []
    binder.state = None if has_default else before
    for state in binder.breaks.pop():
        binder.state = merge(binder.state, state)
    binder.scopes.pop()
    value_of = subject.run

    def switch(f: Frame) -> Any:
        value = value_of(f)
        chosen = default
        for tests, body in sections:
            if any(test(f, value) and (when is None or when(f)) for test, when in tests):
                chosen = body
                break
        signal = chosen(f) if chosen is not None else None
        return None if signal is BREAK else signal

    return switch


@statement("throw_statement")
def bind_throw(binder: Binder, node: Node) -> Runner:
    """Bind `throw x;` and, in a catch, `throw;`."""
    binder.state = None
    if node.children:
        raised = to_type(binder.value(node.children[0]), EXCEPTION).run

        def throw(f: Frame) -> Any:
            raise raised(f)

        return throw
    if not binder.caught:
        text = "A throw statement with no arguments is not allowed outside of a catch clause"
        raise CompileError("CS0156", text)
    slot = binder.caught[-1]

    def rethrow(f: Frame) -> Any:
        raise f[slot][0]

    return rethrow


@statement("try_statement")
def bind_try(binder: Binder, node: Node) -> Runner:
    """Bind `try`, `catch` with type and filter, `finally`."""
    before = binder.state
    body = binder.bind_statement(node["body"])
    after = binder.state
    catches = []
    for clause in node.children:
        if clause.kind == "catch_clause":
            binder.state = before
            catches.append(_catch(binder, clause))
            after = merge(after, binder.state)
    final = node.only("finally_clause")
    binder.state = before
    last = binder.bind_statement(final.children[0]) if final else None
    if last is not None and binder.state is not None and before is not None and after is not None:
        after |= binder.state - before
    binder.state = after

    def guarded(f: Frame) -> Any:
        try:
            return body(f)
        except Exceeded:
            raise
        except ExpressionFailure as failure:
            for accepts, handle in catches:
                if accepts(f, failure):
                    return handle(f)
            raise

    if last is None:
        return guarded
    finish = last

    def run(f: Frame) -> Any:
        try:
            return guarded(f)
        finally:
            finish(f)

    return run


def _catch(binder: Binder, node: Node) -> tuple[Any, Runner]:
    binder.scopes.append({})
    given = node.only("catch_declaration")
    of = binder.type(given["type"]) if given else EXCEPTION
    if not LIBRARY.derives(of, EXCEPTION):
        raise CompileError(
            "CS0155", "The type caught or thrown must be derived from System.Exception"
        )
    name = given.get("name") if given else None
    if name is not None:
        slot = binder.declare(name.text, of).slot
    else:
        slot = binder.slots
        binder.slots += 1
    clause = node.only("catch_filter_clause")
    when = to_type(binder.value(clause.children[0]), BOOL).run if clause else None
    binder.caught.append(slot)
    body = binder.bind_statement(node["body"])
    binder.caught.pop()
    binder.scopes.pop()

    def accepts(f: Frame, failure: ExpressionFailure) -> bool:
        if not is_instance(failure, of):
            return False
        f[slot] = [failure]
        return when is None or bool(when(f))

    return accepts, body


@statement("using_statement")
def bind_using(binder: Binder, node: Node) -> Runner:
    """Bind `using (var x = ...)`: nothing here holds what would have to be released."""
    binder.scopes.append({})
    steps = [
        bind_declaration(binder, child)
        if child.kind == "variable_declaration"
        else binder.bind_statement(child)
        if child is node["body"]
        else _ignored(binder.value(child).run)
        for child in node.children
    ]
    binder.scopes.pop()
    return sequence(steps)


@statement("checked_statement")
def bind_checked_statement(binder: Binder, node: Node) -> Runner:
    """Bind `checked { ... }` and `unchecked { ... }`."""
    outer, binder.checked = binder.checked, node.tokens[0] == "checked" or None
    found = binder.bind_statement(node.children[0])
    binder.checked = outer
    return found


@statement("lock_statement")
def bind_lock(binder: Binder, node: Node) -> Runner:
    """Bind `lock (x) ...`: an expression runs alone."""
    held = _ignored(binder.value(node.children[0]).run)
    return sequence([held, binder.bind_statement(node.children[1])])
