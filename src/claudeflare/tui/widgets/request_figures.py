"""Tabs of a request's detail that are text and tables: why it went where it went, and what it cost."""

from __future__ import annotations

from rich.console import Group
from textual.widgets import Static

from claudeflare.presentation.decision import policy_words, steps
from claudeflare.presentation.request_cost import cost_parts
from claudeflare.tui.request_record import RequestRecord
from claudeflare.tui.widgets.record_view import RecordView


class DecisionView(RecordView):
    """The policy in a sentence, then each question to it with its candidates, and what came of it."""

    async def fill(self, record: RequestRecord) -> None:
        """As in the base class."""
        explanation = await record.explanation()
        if not explanation["steps"]:
            words = explanation["errorMessage"] or "Claudeflare answered this request by itself."
            await self.put(Static(f"No account was asked for. {words}", markup=False))
            return
        policy = policy_words(explanation["policy"])
        heads = [Static(policy + "\n", markup=False, classes="quiet")] if policy else []
        await self.put(*heads, Static(Group(*steps(explanation["steps"], self.now, self.zone)), markup=False))


class CostView(RecordView):
    """Kind by kind."""

    async def fill(self, record: RequestRecord) -> None:
        """As in the base class."""
        await self.put(Static(Group(*cost_parts(await record.cost(), record.detail)), markup=False))
