"""Imports a model file as if it were alone in the process: under a name of its own, with its folder importable."""

from __future__ import annotations

import importlib
import importlib.util
import linecache
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from importlib.machinery import SourceFileLoader
from itertools import count
from pathlib import Path
from types import CodeType, ModuleType

_serial = count(1)


class _Loader(SourceFileLoader):
    """Compiles the source as it stands, under the path that the user knows: caches may lag behind a quick edit."""

    def __init__(self, name: str, path: str, shown: str) -> None:
        super().__init__(name, path)
        self.shown = shown

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.get_data(self.get_filename(fullname)), self.shown, "exec", dont_inherit=True)


def import_file(path: str, shown: str) -> ModuleType:
    """Runs a model file and returns its module.

    A file in a package is imported by its dotted name, so that relative imports work. Whatever the user's code
    raises comes through. To be called inside `alone(...)`.

    Args:
        path: absolute.
        shown: the path that code objects, and so tracebacks and spans, are to name.
    """
    linecache.cache.pop(shown, None)  # positions are looked up in it; checking its age is not enough after an edit
    package = dotted_package(path)
    stem = Path(path).stem
    is_package = stem == "__init__"
    if package:
        name = package if is_package else f"{package}.{stem}"
        parent = name.rpartition(".")[0]
        if parent:
            importlib.import_module(parent)
        if name in sys.modules:
            return sys.modules[name]
    else:
        name = f"sagacheck_model_{next(_serial)}_{stem}"
    spec = importlib.util.spec_from_file_location(
        name,
        path,
        loader=_Loader(name, path, shown),
        submodule_search_locations=[str(Path(path).parent)] if package and is_package else None,
    )
    if spec is None or spec.loader is None:
        msg = f"{shown} cannot be imported"
        raise ImportError(msg)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return sys.modules.get(name, module)


def import_root(path: str) -> str:
    """The folder from which a model file's own imports are found: its own, or the one around its packages."""
    folder = Path(path).parent
    while (folder / "__init__.py").exists() and folder.parent != folder:
        folder = folder.parent
    return str(folder)


def dotted_package(path: str) -> str:
    """The dotted name of the package that a model file is in; "" if it is in none."""
    return ".".join(Path(path).parent.relative_to(import_root(path)).parts)


@contextmanager
def alone(root: str, package: str = "") -> Iterator[None]:
    """Lets code import from a folder, and afterwards forgets what it imported from there.

    The search path, the working directory and the modules of that folder are restored, so that two folders may each
    have a `helpers.py`. Modules from elsewhere stay loaded. What the code writes to stdout goes to stderr.

    Args:
        root: absolute path of the folder.
        package: dotted name of a package in it that is wanted, even if another one of that name is loaded.
    """
    path, modules, folder = list(sys.path), dict(sys.modules), _working_directory()
    hidden = _hidden_by(package.partition(".")[0], root)
    for name in hidden:
        del sys.modules[name]
    sys.path.insert(0, root)
    importlib.invalidate_caches()
    try:
        with _stdout_on_stderr():
            yield
    finally:
        sys.path[:] = path
        if folder is not None and folder != _working_directory():
            with suppress(OSError):
                os.chdir(folder)
        news = [name for name in sys.modules if name not in modules or name in hidden]
        for name in [name for name in news if _is_from(name, root)]:
            del sys.modules[name]
        for name, module in hidden.items():
            sys.modules.setdefault(name, module)


def modules_from(root: str) -> dict[str, ModuleType]:
    """What is loaded from a folder now, by name.

    Args:
        root: absolute path of the folder.
    """
    return {name: module for name, module in list(sys.modules.items()) if _is_from(name, root)}


@contextmanager
def again(root: str, package: str, modules: Mapping[str, ModuleType]) -> Iterator[None]:
    """Lets code of a model run after its import, with what it imported then at hand.

    Args:
        root: absolute path of the folder from which it imports.
        package: dotted name of the package that it is in; "" if it is in none.
        modules: what it had imported from there.
    """
    with alone(root, package):
        sys.modules.update(modules)
        yield


def _working_directory() -> str | None:
    try:
        return str(Path.cwd())
    except OSError:
        return None


def _hidden_by(package: str, root: str) -> dict[str, ModuleType]:
    """The loaded modules that would be taken for a package of the folder; those of Python and sagacheck stay."""
    if not package or package in sys.stdlib_module_names or _is_from(package, root) or package == "sagacheck":
        return {}
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == package}


def _is_from(name: str, root: str) -> bool:
    """Whether a module's top-level package or module lies directly in the folder."""
    top = name.partition(".")[0]
    if top == "sagacheck":
        return False
    known = getattr(sys.modules.get(top), "__dict__", {})  # asking the module itself may run its __getattr__
    file = known.get("__file__")
    places = list(known.get("__path__") or ()) or ([file] if file else [])
    return any(isinstance(place, str) and _same_folder(os.path.dirname(place), root) for place in places)  # noqa: PTH120


def _same_folder(folder: str, root: str) -> bool:
    return folder == root or os.path.realpath(folder) == os.path.realpath(root)


@contextmanager
def _stdout_on_stderr() -> Iterator[None]:
    """Sends what is written to stdout to stderr, by Python code and by anything else in the process."""
    for stream in (sys.stdout, sys.__stdout__):
        with suppress(Exception):
            stream.flush()  # type: ignore[union-attr]
    saved: int | None = None
    with suppress(OSError):
        saved = os.dup(1)
        os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        for stream in (sys.__stdout__, sys.stderr):
            with suppress(Exception):
                stream.flush()  # type: ignore[union-attr]
        if saved is not None:
            os.dup2(saved, 1)
            os.close(saved)
