"""The jobs as rows of a list, and how a row is painted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from nodegraph.jobs.job import Job
from ui.i18n.translate import plain
from ui.runs.node_state import duration
from ui.theme.appearance import Appearance
from ui.theme.icons import paint

Index = QModelIndex | QPersistentModelIndex
MIME = "application/x-nodegraph-job"
THUMB = 40.0
ICONS = {"waiting": "history", "running": "play", "done": "check", "failed": "warning", "stopped": "stop"}


class JobRows(QAbstractListModel):
    """What runs, what waits in its order, then what is over, the newest first. Waiting rows can be dragged."""

    moved = Signal(str, int)
    """A waiting job was dropped at a place among those that wait."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: Sequence[Job] = ()
        self._first_waiting = 0
        self._images: dict[str, QImage] = {}
        self._running = ""
        self._progress = 0.0

    def set(self, running: Job | None, waiting: Sequence[Job], over: Sequence[Job]) -> None:
        """Show these jobs."""
        jobs = [*([running] if running else []), *waiting, *over]
        self._first_waiting = 1 if running else 0
        if [job.id for job in jobs] == [job.id for job in self._jobs]:
            changed = [
                row for row, pair in enumerate(zip(jobs, self._jobs, strict=True)) if pair[0] is not pair[1]
            ]
            self._jobs = jobs
            if changed:
                self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
            return
        self.beginResetModel()
        self._jobs = jobs
        self.endResetModel()

    def set_running(self, line: str, progress: float) -> None:
        """How far the running job, which is the first, is. Its row is for the caller to paint.

        A list lays out all rows anew when it is told of changed data, and this comes several times a second.
        """
        self._running, self._progress = line, progress

    def set_image(self, job: str, image: QImage) -> None:
        """The picture of a job."""
        self._images[job] = image
        for row, one in enumerate(self._jobs):
            if one.id == job:
                self.dataChanged.emit(self.index(row), self.index(row))

    def image(self, job: str) -> QImage | None:
        """The picture of a job."""
        return self._images.get(job)

    def job(self, row: int) -> Job | None:
        """The job at a place; None where there is none."""
        return self._jobs[row] if 0 <= row < len(self._jobs) else None

    def progress(self) -> float:
        """How far the running job is, from 0 to 1."""
        return self._progress

    def rowCount(self, parent: Index | None = None) -> int:
        """How many jobs there are."""
        return 0 if parent is not None and parent.isValid() else len(self._jobs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The label, and a full sentence for screen readers."""
        job = self.job(index.row())
        if job is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return job.label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{job.label}, {self.detail(job)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(job.error or job.label)
        return job if role == Qt.ItemDataRole.UserRole else None

    def detail(self, job: Job) -> str:
        """What is said under the label."""
        match job.state:
            case "waiting":
                return self.tr("waiting")
            case "running":
                return self._running or self.tr("running")
            case "done" if not job.ran:
                return self.tr("nothing had to run")
            case "done":
                nodes = self.tr("1 node") if job.ran == 1 else self.tr("{count} nodes").format(count=job.ran)
                return f"{duration(job.seconds)}, {nodes}"
            case "stopped":
                return job.error or self.tr("stopped")
        return job.error

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Waiting rows can be dragged, and dropped between rows."""
        job = self.job(index.row())
        chosen = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if job is None:
            return Qt.ItemFlag.ItemIsDropEnabled
        return chosen | Qt.ItemFlag.ItemIsDragEnabled if job.state == "waiting" else chosen

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows move."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Jobs, within this list only."""
        return [MIME]

    def mimeData(self, indexes: Sequence[Index]) -> QMimeData:
        """The job that is dragged."""
        data = QMimeData()
        job = self.job(indexes[0].row()) if indexes else None
        data.setData(MIME, (job.id if job else "").encode())
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Put a waiting job at another place."""
        id = bytes(data.data(MIME).data()).decode()
        target = row if row >= 0 else parent.row()
        old = next((at for at, job in enumerate(self._jobs) if job.id == id), -1)
        if old < 0 or target < 0:
            return False
        place = target - self._first_waiting - (1 if old < target else 0)
        self.moved.emit(id, max(0, place))
        # The queue has moved it; False keeps the view from removing a row on its own.
        return False


class JobPainter(QStyledItemDelegate):
    """Paints a job: its picture, its label, and under it what it does or how it ended."""

    def __init__(self, look: Appearance, rows: JobRows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self._rows = rows

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for the picture."""
        return QSize(160, int(THUMB) + 16)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One row."""
        job = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(job, Job):
            return
        theme, box = self.look.theme, QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            strong = bool(option.state & QStyle.StateFlag.State_Selected)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent", 0.22) if strong else theme.color("field_hover"))
            painter.drawRoundedRect(box.adjusted(4, 1, -4, -1), 6, 6)
        self._picture(painter, QRectF(box.left() + 12, box.top() + 8, THUMB, THUMB), job)
        self._words(painter, box, job)
        if job.state == "running":
            self._bar(painter, box)
        painter.restore()

    def _picture(self, painter: QPainter, box: QRectF, job: Job) -> None:
        theme, image = self.look.theme, self._rows.image(job.id)
        painter.setPen(QPen(theme.color("hairline"), 1))
        painter.setBrush(theme.color("field"))
        painter.drawRoundedRect(box, 4, 4)
        if image is None or image.isNull():
            color = theme.error if job.state == "failed" else theme.muted
            paint(
                painter, QRectF(box.center().x() - 9, box.center().y() - 9, 18, 18), ICONS[job.state], color
            )
            return
        scale = min(box.width() / image.width(), box.height() / image.height())
        size = QRectF(0, 0, image.width() * scale, image.height() * scale)
        size.moveCenter(box.center())
        painter.drawImage(size, image)

    def _words(self, painter: QPainter, box: QRectF, job: Job) -> None:
        theme = self.look.theme
        left, right = box.left() + 12 + THUMB + 12, box.right() - 12
        over = job.state in ("done", "stopped")
        lines = (
            (
                job.label,
                self.look.font(bold=job.state == "running"),
                "muted" if over and not job.ran else "text",
                7.0,
            ),
            (
                self._rows.detail(job),
                self.look.font("small"),
                "error" if job.state == "failed" else "muted",
                28.0,
            ),
        )
        for text, font, color, top in lines:
            painter.setFont(font)
            painter.setPen(theme.color(color))
            line = QRectF(left, box.top() + top, right - left, 20)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(line.width()))
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)

    def _bar(self, painter: QPainter, box: QRectF) -> None:
        theme = self.look.theme
        line = QRectF(box.left() + 24 + THUMB, box.bottom() - 5, box.width() - 36 - THUMB, 2)
        painter.fillRect(line, theme.color("hairline"))
        line.setWidth(line.width() * self._rows.progress())
        painter.fillRect(line, theme.color("accent"))
