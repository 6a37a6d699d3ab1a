{{/*
Alert rules: name, for how long, how bad, expression, what it is, what to do; of this release alone. Metrics
are named as the services' exporter names them; those of pods are kube-state-metrics'. A counter is not there before it is first added
to: of what may happen once, increase() sees nothing, and what was not there an hour ago counts as well.
*/}}
{{- define "consent.alerts" -}}
{{- $names := join "|" (keys (include "consent.services" . | fromJson) | sortAlpha) -}}
{{- $here := printf "namespace=%q,service=~\"%s-(%s)-pods\"" .Release.Namespace .Release.Name $names -}}
{{- $front := printf "namespace=%q,service=\"%s-%s-pods\"" .Release.Namespace .Release.Name (include "consent.front" .) -}}
{{- $decides := printf "namespace=%q,service=\"%s-%s-pods\"" .Release.Namespace .Release.Name (ternary "host" "consent" .Values.oneProcess.enabled) -}}
{{- /* Pods that stay: of Deployments (what Kubernetes adds has no vowel, so that a Job's is none), and those of brokers and databases. */}}
{{- $added := "-[b-df-hj-np-tv-z0-9]+-[b-df-hj-np-tv-z0-9]{5}" -}}
{{- $pods := printf "namespace=%q,pod=~\"%s-((%s)%s|(rabbitmq|rabbitmq-server|postgres|data|keys)-[0-9]+)\"" .Release.Namespace .Release.Name $names $added -}}
{{- $rules := list
  (list "ConsentRelayBehind" "5m" "critical" (printf "max by (service) (consent_relay_lag_seconds{%s}) > 60" $here)
    "Records have not been published for more than a minute." "See whether the broker is there and takes messages, and what the service logs; nothing is lost, and all is published when it is.")
  (list "ConsentDeliveryOpen" "5m" "critical" (printf "max by (service, subscriber) (consent_ledger_oldest_open_seconds{%s}) > 300" $here)
    "A subscriber has not acknowledged a change of somebody's consent for 5 minutes." "See whether the subscriber runs and what lies in its error queue; one that is gone for good is retired.")
  (list "ConsentMessagesLaidAside" "5m" "warning" (printf "max by (service, queue) (consent_errors_waiting{%s}) > 0" $here)
    "Messages that a service could not handle wait in its error queue." "Read why in its log, put that right, and replay them.")
  (list "ConsentCommitsFail" "2m" "critical" (printf "sum by (service) (rate(consent_storage_commit_failures_total{%s}[5m])) > 0" $here)
    "Writes fail, and those who wrote are answered 503." "See whether the database is there and its disk has room.")
  (list "ConsentDatabaseLostCommits" "0m" "critical" (printf "sum by (service) (increase(consent_log_lost_total{%s}[1h])) > 0 or sum by (service) (consent_log_lost_total{%s} unless consent_log_lost_total{%s} offset 1h) > 0" $here $here $here)
    "The database lost what it had committed, as a failover to a replica that lagged does." "Have it replicate synchronously; subscribers compare themselves by now, decisions of the last seconds before may be gone.")
  (list "ConsentKeysBehind" "1d" "warning" (printf "max by (service) (consent_keys_behind{%s}) > 0" $here)
    "Keys of persons are still not under the newest key of their controller after a day." "See consent_keys_rewrap_failures_total and the log; a copy of the keys taken before it is 0 may not open.")
  (list "ConsentKeysNotRewrapped" "15m" "warning" (printf "sum by (service) (rate(consent_keys_rewrap_failures_total{%s}[15m])) > 0" $here)
    "Putting keys of persons under a newer key fails." "See whether the folder of keys and its database are there and can be written to.")
  (list "ConsentLogAtFault" "1m" "critical" (printf "max by (service) (consent_log_faults{%s}) > 0" $here)
    "The verifiable log says something else than what was heard." "Change nothing; keep the data and the checkpoints as they are, and compare with a monitor or a backup.")
  (list "ConsentWitnessFailing" "15m" "warning" (printf "max by (consent_witness) (consent_log_witness_failing{%s}) > 0" $here)
    "A witness does not cosign the newest checkpoint." "See consent_log_witness_attempts_total for what came of it, and ask whoever runs the witness.")
  (list "ConsentPagesFail" "10m" "warning" (printf "sum by (service) (rate(consent_subscriber_failed_pages_total{%s}[10m])) > 0" $here)
    "A subscriber cannot apply pages of what was recorded before it came." "See its log and the room on its disk; until then it permits nothing that it has not heard.")
  (list "ConsentWebhooksBehind" "10m" "warning" (printf "max by (service, consent_endpoint) (consent_webhooks_oldest_pending_seconds{%s}) > 900" $here)
    "An endpoint has not taken a delivery for 15 minutes." "See GET /v1/webhooks for what it answered, and tell its owner.")
  (list "ConsentWebhooksGivenUp" "5m" "warning" (printf "max by (service, consent_endpoint) (consent_webhooks_given_up{%s}) > 0" $here)
    "Deliveries to an endpoint were given up." "When it takes them again, replay them.")
  (list "ConsentWebhooksUnreadable" "5m" "critical" (printf "max by (service, consent_endpoint) (consent_webhooks_unreadable{%s}) > 0" $here)
    "The address of an endpoint does not open with the keys that are here." "Put back the claim of the keys of webhooks that belongs to its data.")
  (list "ConsentConnectorsBehind" "10m" "warning" (printf "max by (service, consent_connector) (consent_connectors_oldest_pending_seconds{%s}) > 900" $here)
    "A mailing system has not been told of a change for 15 minutes." "See whether its account and address are still good.")
  (list "ConsentConnectorsGivenUp" "5m" "warning" (printf "max by (service, consent_connector) (consent_connectors_given_up{%s}) > 0" $here)
    "Changes to a mailing system were given up." "See the connector's own account of them, and carry them by hand where it cannot.")
  (list "ConsentPodNotReady" "5m" "critical" (printf "min by (namespace, pod) (kube_pod_status_ready{condition=\"true\",%s}) == 0 and on (namespace, pod) kube_pod_status_phase{phase=~\"Pending|Running|Unknown\",%s} == 1" $pods $pods)
    "A pod has not been ready for 5 minutes." "Ask it why: kubectl describe, kubectl logs, and /health/ready.")
  (list "ConsentPodRestarts" "1m" "warning" (printf "sum by (pod) (increase(kube_pod_container_status_restarts_total{%s}[1h])) > 3" $pods)
    "A pod starts again and again." "See kubectl logs --previous, and whether it met its limit of memory.")
  (list "ConsentDecisionsSlow" "10m" "warning" (printf "histogram_quantile(0.99, sum by (le) (rate(http_server_request_duration_seconds_bucket{%s}[5m]))) > 0.25" $decides)
    "One answer in a hundred of the consent service takes longer than 250 ms." "See the load and the database; more replicas help where the processor is what is short.")
  (list "ConsentRequestsFail" "5m" "critical" (printf "sum(rate(http_server_request_duration_seconds_count{http_response_status_code=~\"5..\",%s}[5m])) / sum(rate(http_server_request_duration_seconds_count{%s}[5m])) > 0.01" $front $front)
    "More than one request in a hundred fails." "See which services are ready, and what they log.")
-}}
{{- if eq .Values.storage.engine "cosmos" -}}
{{- $rules = append $rules (list "ConsentCosmosThrottled" "10m" "warning" (printf "sum by (service) (rate(consent_cosmos_throttled_total{%s}[5m])) > 0" $here)
    "Azure Cosmos DB turns calls away because their container's throughput is used up; they are made again while there is time, and answered 503 when there is none." "See consent_cosmos_request_units for which operation takes it, and raise the container's maximum in the account.") -}}
{{- end -}}
{{- range $rules }}
- alert: {{ index . 0 }}
  expr: {{ index . 3 | quote }}
  {{- if ne (index . 1) "0m" }}
  for: {{ index . 1 }}
  {{- end }}
  labels: { severity: {{ index . 2 }} }
  annotations:
    summary: {{ index . 4 | quote }}
    description: {{ index . 5 | quote }}
{{- end }}
{{- end -}}
