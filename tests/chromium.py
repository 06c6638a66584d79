"""How tests start a Chromium: as readers have it, but for what no page of ours needs and each window pays for."""

from __future__ import annotations

UNUSED = (
    # Each window would have a page of its own below its address line, which takes a process and a second.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "PreloadTopChromeWebUI",
    # A process in reserve for each page that is opened.
    "SpareRendererForSitePerProcess",
    # What Playwright turns off, and would not any more beside a list that is given.
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
"""Features of Chromium that are turned off."""

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Scripts are kept as they were compiled from the first visit on: otherwise from the third, and half of what a visit
    # costs is compiling (a reader's browser has been here before).
    "--blink-settings=v8CacheOptions=3",
    f"--disable-features={','.join(UNUSED)}",
]
