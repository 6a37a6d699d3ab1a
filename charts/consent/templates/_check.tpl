{{/* Values that are each well-formed (values.schema.json), but leave something out or contradict each other. Every template asks first. */}}
{{- define "consent.check" -}}
{{- $values := .Values -}}
{{- if not (regexMatch "^[a-z][-a-z0-9]{0,32}$" .Release.Name) -}}
{{- fail (printf "The release name %q cannot begin the names of Services and Jobs: take at most 33 lower-case letters, digits and hyphens, a letter first." .Release.Name) -}}
{{- end -}}
{{- if not $values.publicUrl -}}
{{- fail "No public address: set publicUrl to the address under which people reach the gateway; it stands in every opt-out link." -}}
{{- end -}}
{{- $auth := $values.auth -}}
{{- if and $auth.development.enabled (or $auth.authority $auth.metadataAddress) -}}
{{- fail "Two token issuers: auth.authority (or auth.metadataAddress) is set and auth.development.enabled is true. Choose one." -}}
{{- end -}}
{{- if not (or $auth.authority $auth.development.enabled) -}}
{{- fail "No token issuer: set auth.authority to the https address of an OpenID Connect issuer, or auth.development.enabled=true to try things out." -}}
{{- end -}}
{{- if $values.oneProcess.enabled }}{{ include "consent.checkOneProcess" . }}{{ else }}{{ include "consent.checkBroker" . }}{{ include "consent.checkDatabase" . }}{{ end -}}
{{- include "consent.checkCosmos" . -}}
{{- if not $values.oneProcess.enabled }}{{ include "consent.checkServices" . }}{{ end -}}
{{- include "consent.checkExternal" . -}}
{{- include "consent.checkEntrance" . -}}
{{- include "consent.checkMail" . -}}
{{- include "consent.checkKeys" . -}}
{{- end -}}

{{- define "consent.checkOneProcess" -}}
{{- $host := .Values.oneProcess -}}
{{- if gt (int $host.replicas) 1 -}}
{{- fail (printf "oneProcess.replicas is %d, but one process owns its files: set it to 1, or leave oneProcess.enabled false and give the services PostgreSQL." (int $host.replicas)) -}}
{{- end -}}
{{- if ne .Values.storage.engine "sqlite" -}}
{{- fail (printf "oneProcess.enabled is true and storage.engine is %s: one process keeps SQLite files. Set storage.engine to sqlite, or oneProcess.enabled to false." .Values.storage.engine) -}}
{{- end -}}
{{- if or (gt (len (include "consent.brokers" . | fromJsonArray)) 0) (gt (len (include "consent.databases" . | fromJsonArray)) 0) -}}
{{- fail (printf "oneProcess.enabled is true beside %s: one process has no broker and no database. Leave that out, or set oneProcess.enabled to false." (join ", " (concat (include "consent.brokers" . | fromJsonArray) (include "consent.databases" . | fromJsonArray)))) -}}
{{- end -}}
{{- if eq .Values.storage.keys.accessMode "ReadWriteMany" -}}
{{- fail "oneProcess.enabled is true and storage.keys.accessMode is ReadWriteMany: one pod shares nothing. Set it to ReadWriteOnce, or oneProcess.enabled to false." -}}
{{- end -}}
{{- range $name, $service := .Values.services -}}
{{- if or $service.image (gt (int $service.replicas) 1) ($service.autoscaling).enabled ($service.keda).enabled -}}
{{- fail (printf "oneProcess.enabled is true, and services.%s has an image, replicas or scaling of its own: no service runs apart then. Leave them out, or set oneProcess.enabled to false." $name) -}}
{{- end -}}
{{- end -}}
{{- if not (or $host.image .Values.images.registry) -}}
{{- fail "No image for the host: no images are published yet, so build it (see the README) and set images.registry, or oneProcess.image." -}}
{{- end -}}
{{- end -}}

{{- define "consent.checkEntrance" -}}
{{- $policy := .Values.networkPolicy -}}
{{- if and .Values.gatewayApi.enabled (not .Values.gatewayApi.parentRefs) -}}
{{- fail "gatewayApi.enabled is true without gatewayApi.parentRefs: name the Gateway that the HTTPRoute belongs to, such as gatewayApi.parentRefs[0].name=public." -}}
{{- end -}}
{{- range $how, $on := dict "ingress.enabled" .Values.ingress.enabled "gatewayApi.enabled" .Values.gatewayApi.enabled -}}
{{- if and $on (hasPrefix "http://" $.Values.publicUrl) -}}
{{- fail (printf "%s is true and publicUrl is %s: people come in by https, and so do opt-out links. Set publicUrl to an https address." $how $.Values.publicUrl) -}}
{{- end -}}
{{- end -}}
{{- $host := (urlParse .Values.publicUrl).hostname -}}
{{- if and (or .Values.ingress.enabled .Values.gatewayApi.enabled) (regexMatch "^[0-9.]+$|:" $host) -}}
{{- fail (printf "publicUrl is %s: an Ingress and an HTTPRoute go by a name, and the cluster refuses an address in its place. Set publicUrl to one with a name." .Values.publicUrl) -}}
{{- end -}}
{{- if and .Values.monitoring.rules.enabled (not .Values.monitoring.serviceMonitor.enabled) -}}
{{- fail "monitoring.rules.enabled is true without monitoring.serviceMonitor.enabled: the rules go by the names that it gives, and would never find anything. Set both." -}}
{{- end -}}
{{- if gt (int $policy.cosmosDirectPorts.from) (int $policy.cosmosDirectPorts.to) -}}
{{- fail (printf "networkPolicy.cosmosDirectPorts is from %d to %d: set the first to no more than the second." (int $policy.cosmosDirectPorts.from) (int $policy.cosmosDirectPorts.to)) -}}
{{- end -}}
{{- if $policy.enabled -}}
{{- if not $policy.dns.peers -}}
{{- fail "networkPolicy.enabled is true without networkPolicy.dns.peers: no pod could look up a name. Name those that answer, such as the pods k8s-app: kube-dns of kube-system." -}}
{{- end -}}
{{- if and .Values.monitoring.serviceMonitor.enabled (not $policy.monitoringFrom) -}}
{{- fail "monitoring.serviceMonitor.enabled is true without networkPolicy.monitoringFrom: Prometheus could reach no pod. Name where it runs, such as the namespace monitoring." -}}
{{- end -}}
{{- range $name, $service := .Values.services -}}
{{- if and ($service.keda).enabled (not $policy.kedaFrom) (or $.Values.broker.development.enabled $.Values.broker.clusterOperator.enabled) -}}
{{- fail (printf "services.%s.keda.enabled is true without networkPolicy.kedaFrom: KEDA could not ask the broker. Name where it runs, such as the namespace keda." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
