{{ geldende_mutaties('jeugd_berichten') }}
