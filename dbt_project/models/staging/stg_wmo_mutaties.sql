{{ geldende_mutaties('wmo_berichten') }}
