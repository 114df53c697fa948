"""The page of requests: the list as it grows, and everything about one request, by mouse and keys."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from claudeflare.simulator.accounts import Limits
from harness.chromium import Tab
from harness.dashboard import OpenTab, converse
from harness.recorded_talk import ANSWER, SYSTEM, TOOLS, conversation, say
from harness.server import ClaudeflareServer, claudeflare_server
from harness.simulated_api import api_account, simulated_api

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

HISTORY = 130
"""Requests before the ones to read: more than a page of the list."""
RECORDED: dict[str, str] = {}
