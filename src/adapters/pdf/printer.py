import asyncio
from concurrent.futures import ThreadPoolExecutor

from adapters.pdf.drawing import draw
from application.learning.certificate_ports import CertificatePrinter, Sheet


class PdfPrinter(CertificatePrinter):
    """Draws in a thread of its own, one sheet after the other: the loop goes on, and requests for certificates, which
    anybody may send, never take more than one processor. What was drawn of late is kept.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="certificates")

    async def __call__(self, sheet: Sheet) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._thread, draw, sheet)
