"""Liveness, readiness and metrics."""

from __future__ import annotations

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.fixtures.running_app import RunningApp, services_without_model, serving


def test_a_running_server_is_alive_and_ready(app: RunningApp) -> None:
    assert app.client.get("/healthz").json() == {"status": "ok"}
    ready = app.client.get("/readyz")

    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "model": True, "database": True, "queue": True}


def test_without_a_model_the_server_is_alive_but_not_ready_and_says_so_to_a_message(tmp_path: Path) -> None:
    with serving(services_without_model(tmp_path)) as bare:
        ready = bare.client.get("/readyz")
        answer = bare.talk().post("你好")

    assert bare.client is not None and ready.status_code == 503
    assert ready.json()["model"] is False and ready.json()["database"] is True
    assert answer.status_code == 503 and answer.json()["error"]["code"] == "temporarily_unavailable"


def test_metrics_are_in_the_form_prometheus_reads(app: RunningApp) -> None:
    response = app.client.get("/metrics")

    assert response.status_code == 200 and "text/plain" in response.headers["content-type"]
    assert list(text_string_to_metric_families(response.text))
