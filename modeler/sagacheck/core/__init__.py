"""The data that flows through sagacheck, free of libraries: steps, charts, scenarios, findings, reports."""
