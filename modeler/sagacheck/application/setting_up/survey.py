"""Looks at a folder before anything is set up in it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from sagacheck.application.configuration import Configuration, read_configuration
from sagacheck.application.discovery import Target, discover
from sagacheck.application.exclusion import Exclusion
from sagacheck.application.refusal import RefusedError

SAGAS = "sagas"
"""The folder for models, where a project has settled nothing else."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a folder holds.

    Args:
        folder: the folder, absolute.
        models: the Python models in it, relative to it.
        definitions: the files that hold definitions of Step Functions, likewise.
        pyproject: the text of its pyproject.toml; None if there is none.
        configuration: what that says of sagacheck; None if it says nothing.
        root: the root of the repository around it; the folder itself if there is none.
    """

    folder: Path
    models: tuple[str, ...]
    definitions: tuple[str, ...]
    pyproject: str | None
    configuration: Configuration | None
    root: Path

    @property
    def likely_ci(self) -> str:
        """The CI that the project probably runs on."""
        return "gitlab" if (self.root / ".gitlab-ci.yml").is_file() else "github"

    @property
    def default_branch(self) -> str:
        """The default branch of the repository: the one that is checked out if it has a usual name, else main."""
        try:
            head = (self.root / ".git" / "HEAD").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return "main"
        return "master" if head.strip() == "ref: refs/heads/master" else "main"

    @property
    def likely_pre_commit(self) -> bool:
        """Whether the project uses pre-commit."""
        return (self.root / ".pre-commit-config.yaml").is_file()

    @property
    def likely_model(self) -> str:
        """Which first model it needs: none where there are sagas."""
        return "none" if self.models or self.definitions else "order"

    @property
    def scattered(self) -> bool:
        """Whether sagas lie elsewhere than in the folder for models."""
        return any(not file.startswith(f"{SAGAS}/") for file in (*self.models, *self.definitions))


def survey(folder: Path) -> Survey:
    """Looks at a folder, which need not be there yet, and reads its pyproject.toml.

    Raises:
        RefusedError: if that cannot be read, or says what sagacheck does not understand.
    """
    folder = folder.absolute()
    text = _pyproject(folder)
    configured = text is not None and "sagacheck" in tomllib.loads(text).get("tool", {})
    found = [
        (Path(target.path).relative_to(folder), target.is_definition)
        for target in (discover((str(folder),), Exclusion()) if folder.exists() else ())
        if isinstance(target, Target)
    ]
    return Survey(
        folder=folder,
        models=tuple(path.as_posix() for path, definition in found if not definition),
        definitions=tuple(path.as_posix() for path, definition in found if definition),
        pyproject=text,
        configuration=read_configuration(folder) if configured else None,
        root=next((place for place in (folder, *folder.parents) if (place / ".git").exists()), folder),
    )


def _pyproject(folder: Path) -> str | None:
    file = folder / "pyproject.toml"
    if not file.exists():
        return None
    try:
        text = file.read_bytes().decode("utf-8")
        tomllib.loads(text)
    except OSError as error:
        msg = f"pyproject.toml: cannot be read: {error.strerror or error}"
        raise RefusedError(msg) from None
    except ValueError as error:
        msg = f"pyproject.toml: is not valid TOML: {error}; mend it, then run this again"
        raise RefusedError(msg) from None
    return text
