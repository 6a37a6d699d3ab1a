{{/* Pods of this release by the name of their service, as peers. Takes (list $ (list "service" ...)). */}}
{{- define "consent.pods" -}}
{{- range index . 1 }}
- podSelector: { matchLabels: { app.kubernetes.io/name: {{ . }}, app.kubernetes.io/instance: {{ (index $ 0).Release.Name }} } }
{{- end }}
{{- end -}}

{{/* A rule towards named peers, or anybody where none is named, at some ports. Takes (list peers ports). */}}
{{- define "consent.toPeers" -}}
{{- with index . 0 }}
- to: {{- toYaml . | nindent 4 }}
  ports:
{{- else }}
- ports:
{{- end }}
  {{- range index . 1 | uniq }}
    - { protocol: TCP, port: {{ int . }} }
  {{- end }}
{{- end -}}

{{- define "consent.toNames" -}}
- to: {{- toYaml .Values.networkPolicy.dns.peers | nindent 4 }}
  ports:
  {{- range .Values.networkPolicy.dns.ports }}
    - { protocol: UDP, port: {{ int . }} }
    - { protocol: TCP, port: {{ int . }} }
  {{- end }}
{{- end -}}

{{/* The databases of a service that shares one, or of the migrations. Takes (list $ "service"). */}}
{{- define "consent.toDatabase" -}}
{{- $root := index . 0 -}}
{{- $postgres := $root.Values.postgres -}}
{{- if $postgres.cloudNativePG.enabled -}}
- to:
    - podSelector: { matchLabels: { cnpg.io/cluster: {{ include "consent.name" (list $root "data") }} } }
    {{- if and (eq $root.Values.storage.engine "postgres") (or (eq (index . 1) "migrate") (include "consent.hasLog" .)) }}
    - podSelector: { matchLabels: { cnpg.io/cluster: {{ include "consent.name" (list $root "keys") }} } }
    {{- end }}
  ports: [{ protocol: TCP, port: 5432 }]
{{- else if $postgres.development.enabled -}}
- to: {{- include "consent.pods" (list $root (list "postgres")) | nindent 4 }}
  ports: [{ protocol: TCP, port: 5432 }]
{{- else -}}
{{- include "consent.toPeers" (list $root.Values.networkPolicy.databaseTo $root.Values.networkPolicy.databasePorts) | trim }}
{{- end -}}
{{- end -}}

{{- define "consent.toBroker" -}}
{{- if .Values.broker.clusterOperator.enabled -}}
- to:
    - podSelector: { matchLabels: { app.kubernetes.io/name: {{ include "consent.name" (list . "rabbitmq") }}, app.kubernetes.io/component: rabbitmq } }
  ports: [{ protocol: TCP, port: 5672 }]
{{- else if .Values.broker.development.enabled -}}
- to: {{- include "consent.pods" (list . (list "rabbitmq")) | nindent 4 }}
  ports: [{ protocol: TCP, port: 5672 }]
{{- else -}}
{{- include "consent.toPeers" (list .Values.networkPolicy.brokerTo .Values.networkPolicy.brokerPorts) | trim }}
{{- end -}}
{{- end -}}

{{/* The internet: public addresses, and no machine of one's own. Takes (list $ ports). */}}
{{- define "consent.toInternet" -}}
{{- $peers := list -}}
{{- range (index . 0).Values.networkPolicy.internet }}{{ $peers = append $peers (dict "ipBlock" .) }}{{ end -}}
{{- include "consent.toPeers" (list $peers (index . 1)) -}}
{{- end -}}

{{/* The ports that are named, or else those of addresses: a policy sees the pod's, not its Service's. Takes (list named addresses), as JSON. */}}
{{- define "consent.portsOr" -}}
{{- $ports := index . 0 -}}
{{- if not $ports }}{{ range index . 1 }}{{ $ports = append $ports (include "consent.portOf" .) }}{{ end }}{{ end -}}
{{- $ports | toJson -}}
{{- end -}}

{{/* To whom a service may speak, beyond those in the release. Takes (list $ "service"); the host is all of them. */}}
{{- define "consent.toOutside" -}}
{{- $root := index . 0 -}}
{{- $values := $root.Values -}}
{{- $policy := $values.networkPolicy -}}
{{- $is := ternary (keys $values.services | sortAlpha) (list (index . 1)) (eq (index . 1) "host") -}}
{{- $abroad := or (has "webhooks" $is) (has "connectors" $is) -}}
{{- if not $values.auth.development.enabled }}
{{- $ports := include "consent.portsOr" (list $policy.issuerPorts (compact (list $values.auth.authority $values.auth.metadataAddress))) | fromJsonArray }}
{{- /* Whoever is told addresses by others reaches no machine of one's own for want of a name of the issuer's. */}}
{{- if or $policy.issuerTo (not $abroad) }}
{{- include "consent.toPeers" (list $policy.issuerTo $ports) }}
{{- else }}
{{- include "consent.toInternet" (list $root $ports) }}
{{- end }}
{{- end }}
{{- with $values.telemetry.otlpEndpoint }}
{{- include "consent.toPeers" (list $policy.telemetryTo (include "consent.portsOr" (list $policy.telemetryPorts (list .)) | fromJsonArray)) }}
{{- end }}
{{- if $abroad }}
{{- include "consent.toInternet" (list $root $policy.internetPorts) }}
{{- end }}
{{- if and (has "analytics" $is) $values.analytics.forwardUrl }}
{{- include "consent.toPeers" (list $policy.forwardTo (include "consent.portsOr" (list $policy.forwardPorts (list $values.analytics.forwardUrl)) | fromJsonArray)) }}
{{- end }}
{{- if and (has "marketing-unsubscribe" $is) $values.mail.smtp }}
{{- include "consent.toPeers" (list $policy.mailTo ($policy.mailPorts | default (list (regexFind "[0-9]+$" $values.mail.smtp)))) }}
{{- end }}
{{- if and (has "audit" $is) $values.audit.witnesses }}
{{- $addresses := list }}
{{- range $values.audit.witnesses }}{{ $addresses = append $addresses .url }}{{ end }}
{{- include "consent.toPeers" (list $policy.witnessesTo (include "consent.portsOr" (list $policy.witnessesPorts $addresses) | fromJsonArray)) }}
{{- end }}
{{- end -}}
