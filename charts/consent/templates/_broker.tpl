{{/* The Secret with the broker's address: {name, key}, as JSON. The Cluster Operator's holds it in parts instead. */}}
{{- define "consent.brokerSecret" -}}
{{- $existing := .Values.broker.existingSecret -}}
{{- if $existing.name -}}
{{- dict "name" $existing.name "key" $existing.key | toJson -}}
{{- else if .Values.externalSecrets.broker.remoteKey -}}
{{- dict "name" (include "consent.name" (list . "broker")) "key" "amqp-url" | toJson -}}
{{- else -}}
{{- dict "name" (include "consent.name" (list . "rabbitmq")) "key" "amqp-url" | toJson -}}
{{- end -}}
{{- end -}}

{{/* Where the broker is: variables of a container as a list in YAML. */}}
{{- define "consent.brokerAddress" -}}
{{- if .Values.broker.clusterOperator.enabled -}}
{{- $name := include "consent.name" (list . "rabbitmq") -}}
- { name: BROKER_USER, valueFrom: { secretKeyRef: { name: {{ $name }}-default-user, key: username } } }
- { name: BROKER_PASSWORD, valueFrom: { secretKeyRef: { name: {{ $name }}-default-user, key: password } } }
- { name: Messaging__RabbitMq, value: "amqp://$(BROKER_USER):$(BROKER_PASSWORD)@{{ $name }}:5672/" }
{{- else -}}
{{- $secret := include "consent.brokerSecret" . | fromJson -}}
- { name: Messaging__RabbitMq, valueFrom: { secretKeyRef: { name: {{ $secret.name }}, key: {{ $secret.key }} } } }
{{- end -}}
{{- end -}}
