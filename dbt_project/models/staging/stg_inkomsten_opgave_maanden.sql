{{ config(materialized='table') }}

{{ opgave_maanden(ref('stg_inkomstenopgaven')) }}
